import { parseArgs } from "node:util";
import { faults } from "./faults/catalog.ts";

/** What to do. */
export interface ChaosOptions {
  /** How long faults are injected; the one under way then is finished. */
  seconds: number;
  seed: number;
  /** Names of faults; empty: all of them. */
  faults: readonly string[];
  clients: number;
  /** File that the result is written to, beside standard output. */
  json: string | null;
  /** Folder for the log lines of every service. */
  logs: string | null;
}

export const usage = `usage: npm run chaos -- --seconds S --seed N [--faults a,b] [--clients C] [--json FILE] [--logs FOLDER]
Injects faults into real processes and compares every client with the database after each.
Faults: ${faults.map(({ name }) => name).join(", ")}`;

function count(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} must be a whole number, not "${text}".`);
  return value;
}

/** Parses the command line; null when help was asked for. Throws an error to show otherwise. */
export function parseChaosOptions(args: string[]): ChaosOptions | null {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: "string", default: "60" },
      seed: { type: "string" },
      faults: { type: "string", default: "" },
      clients: { type: "string", default: "30" },
      json: { type: "string" },
      logs: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return null;
  const names = values.faults.split(",").filter((name) => name !== "");
  const unknown = names.filter((name) => !faults.some((fault) => fault.name === name));
  if (unknown.length > 0) throw new Error(`There is no fault named ${unknown.join(", ")}.`);
  return {
    seconds: count("seconds", values.seconds),
    seed: values.seed === undefined ? Date.now() % 1_000_000 : count("seed", values.seed),
    faults: names,
    clients: Math.max(1, count("clients", values.clients)),
    json: values.json ?? null,
    logs: values.logs ?? null,
  };
}
