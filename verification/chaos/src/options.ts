import { parseArgs } from "node:util";
import { itemsOfPart, readPart } from "@heliograph/testkit/process/read-part";
import { deaths, faults } from "./faults/catalog.ts";

/** What to do. */
export interface ChaosOptions {
  /** No injection begins after so many seconds. */
  seconds: number;
  /** Nor after so many injections. */
  budget: number;
  seed: number;
  /** Names of faults; empty: all of them. */
  faults: readonly string[];
  /** In each process. */
  clients: number;
  scale: "usual" | "oracle";
  /** Processes that divide the injections among themselves, each with servers and clients of its own. */
  workers: number;
  /** File that the result is written to, beside standard output. */
  json: string | null;
  /** Folder for the log lines of every service. */
  logs: string | null;
}

const UNLIMITED = Number.MAX_SAFE_INTEGER;
const USUAL_CLIENTS = "30";
const ORACLE_CLIENTS = "200";

export const usage = `usage: npm run chaos -- [--seconds S] [--budget N] [--seed N] [--each N] [--faults a,b] [--part K/N] [--clients C] [--workers W] [--oracle] [--json FILE] [--logs FOLDER]
Injects faults into real processes and compares every client with the database after each.
  --seconds S  begin no injection after S seconds (60, or as long as it takes when a budget is given)
  --budget N   begin no more than N injections; each fault gets the same number
  --each N     begin N injections of each fault
  --part K/N   only the K-th of N parts of the faults
  --workers W  divide them among W processes with everything of their own (1)
  --oracle     many clients (200), more rows, and only deaths: of gateways, watchers, Redis, PostgreSQL and clients
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
      seconds: { type: "string" },
      budget: { type: "string" },
      each: { type: "string" },
      part: { type: "string", default: "1/1" },
      seed: { type: "string" },
      faults: { type: "string", default: "" },
      clients: { type: "string" },
      workers: { type: "string", default: "1" },
      oracle: { type: "boolean", default: false },
      json: { type: "string" },
      logs: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return null;
  const names = values.faults.split(",").filter((name) => name !== "");
  const unknown = names.filter((name) => !faults.some((fault) => fault.name === name));
  if (unknown.length > 0) throw new Error(`There is no fault named ${unknown.join(", ")}.`);
  const asked = names.length === 0 && values.oracle ? deaths : names;
  const part = readPart(values.part);
  const chosen = part.of === 1 ? asked : itemsOfPart(asked.length > 0 ? asked : faults.map(({ name }) => name), part);
  const each = values.each === undefined ? undefined : count("each", values.each) * (chosen.length || faults.length);
  const budget = values.budget === undefined ? each : count("budget", values.budget);
  const seconds = values.seconds ?? (budget === undefined ? "60" : String(UNLIMITED));
  return {
    seconds: count("seconds", seconds),
    budget: budget ?? UNLIMITED,
    seed: values.seed === undefined ? Date.now() % 1_000_000 : count("seed", values.seed),
    faults: chosen,
    clients: Math.max(1, count("clients", values.clients ?? (values.oracle ? ORACLE_CLIENTS : USUAL_CLIENTS))),
    scale: values.oracle ? "oracle" : "usual",
    workers: Math.max(1, count("workers", values.workers)),
    json: values.json ?? null,
    logs: values.logs ?? null,
  };
}
