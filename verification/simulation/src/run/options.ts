import { parseArgs } from "node:util";

export const usage = `usage: npm run simulate -- [--schedules N] [--seed S] [--workers W] [--seconds T] [--first] [--json FILE]
       npm run simulate -- --replay S [--trace]
Runs the real cores of watchers, gateways and clients against each other under random schedules of changes and faults.
  --schedules N  number of schedules (2000), with the seeds S, S+1, …
  --seed S       the first seed (1)
  --workers W    processes that share the schedules (2)
  --seconds T    stop after T seconds and report the results so far
  --first        stop at the first broken promise
  --replay S     run one schedule and print it; if it breaks a promise, reduced to the necessary actions
  --trace        also print every message
A schedule that breaks a promise is saved in verification/simulation/corpus, from where the tests replay it.`;

export type SimulateOptions = {
  readonly schedules: number;
  readonly seed: number;
  readonly workers: number;
  /** 0: no time limit. */
  readonly seconds: number;
  readonly first: boolean;
  readonly replay: number | null;
  readonly trace: boolean;
  readonly keep: boolean;
  readonly json: string | null;
  /** This process is a worker: it prints only its summary. */
  readonly worker: boolean;
};

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} must be a whole number, not "${text}".`);
  return value;
}

/** Parses the command line; null for --help. @throws Error with a message for the user */
export function parseOptions(args: string[]): SimulateOptions | null {
  const { values } = parseArgs({
    args,
    options: {
      schedules: { type: "string", default: "2000" },
      seed: { type: "string", default: "1" },
      workers: { type: "string", default: "2" },
      seconds: { type: "string", default: "0" },
      first: { type: "boolean", default: false },
      replay: { type: "string" },
      trace: { type: "boolean", default: false },
      "no-keep": { type: "boolean", default: false },
      json: { type: "string" },
      worker: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return null;
  return {
    schedules: wholeNumber("schedules", values.schedules),
    seed: wholeNumber("seed", values.seed),
    workers: Math.max(1, wholeNumber("workers", values.workers)),
    seconds: wholeNumber("seconds", values.seconds),
    first: values.first,
    replay: values.replay === undefined ? null : wholeNumber("replay", values.replay),
    trace: values.trace,
    keep: !values["no-keep"],
    json: values.json ?? null,
    worker: values.worker,
  };
}
