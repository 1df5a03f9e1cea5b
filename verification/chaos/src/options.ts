import { parseArgs } from "node:util";
import { itemsOfPart, readPart } from "@heliograph/testkit/process/read-part";
import { faults, kills } from "./faults/catalog.ts";

/** Options of `npm run chaos`. */
export interface ChaosOptions {
  /** No injection begins after this many seconds. */
  seconds: number;
  /** At most this many injections. */
  budget: number;
  seed: number;
  /** Names of faults; empty: all of them. */
  faults: readonly string[];
  /** In each process. */
  clients: number;
  scale: "usual" | "oracle";
  /** Processes among which the injections are divided, each with its own servers and clients. */
  workers: number;
  /** File that also receives the result. */
  json: string | null;
  /** Folder for the log lines of every service. */
  logs: string | null;
}

const UNLIMITED = Number.MAX_SAFE_INTEGER;
const USUAL_CLIENTS = "30";
const ORACLE_CLIENTS = "200";

export const usage = `usage: npm run chaos -- [--seconds S] [--budget N] [--seed N] [--each N] [--faults a,b] [--part K/N] [--clients C] [--workers W] [--oracle] [--json FILE] [--logs FOLDER]
Injects faults into real processes and compares every client with the database after each.
  --seconds S  begin no injection after S seconds (60; unlimited when a budget is given)
  --budget N   begin at most N injections, the same number of each fault
  --each N     begin N injections of each fault
  --part K/N   inject only the K-th of N parts of the faults
  --workers W  divide the injections among W processes, each with its own servers and clients (1)
  --oracle     200 clients, more rows, and only kill -9 of gateways, watchers, Redis, PostgreSQL and clients
Faults: ${faults.map(({ name }) => name).join(", ")}`;

function count(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} must be a whole number, not "${text}".`);
  return value;
}

/** Parses the command line; null for --help. Throws an error with a message for the user. */
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
  const asked = names.length === 0 && values.oracle ? kills : names;
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
