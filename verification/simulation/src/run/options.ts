import { parseArgs } from "node:util";

export const usage = `usage: npm run simulate -- [--schedules N] [--seed S] [--workers W] [--seconds T] [--first] [--json FILE]
       npm run simulate -- --replay S [--trace]
Runs the real cores of watchers, gateways and clients against each other under drawn schedules of changes and faults.
  --schedules N  how many (2000), with the seeds S, S+1, …
  --seed S       the first seed (1)
  --workers W    processes that share them (2)
  --seconds T    stop after this time and report what was done by then
  --first        end at the first broken promise
  --replay S     one schedule: prints it, shortened to what is needed if it breaks a promise
  --trace        with everything that is said on the way
A schedule that breaks a promise is kept in verification/simulation/corpus, and replayed by the tests from then on.`;

export type SimulateOptions = {
  readonly schedules: number;
  readonly seed: number;
  readonly workers: number;
  /** 0: as long as it takes. */
  readonly seconds: number;
  readonly first: boolean;
  readonly replay: number | null;
  readonly trace: boolean;
  readonly keep: boolean;
  readonly json: string | null;
  /** This process is one of the workers: it prints its tally and nothing else. */
  readonly worker: boolean;
};

function whole(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} must be a whole number, not "${text}".`);
  return value;
}

/** Null when help was asked for. @throws with a sentence for the person at the keyboard */
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
    schedules: whole("schedules", values.schedules),
    seed: whole("seed", values.seed),
    workers: Math.max(1, whole("workers", values.workers)),
    seconds: whole("seconds", values.seconds),
    first: values.first,
    replay: values.replay === undefined ? null : whole("replay", values.replay),
    trace: values.trace,
    keep: !values["no-keep"],
    json: values.json ?? null,
    worker: values.worker,
  };
}
