import { parseArgs } from "node:util";
import { itemsOfPart, readPart } from "@heliograph/testkit/process/read-part";
import { mutants } from "./catalog.ts";
import type { Mutant } from "./mutant.ts";

export const usage = `usage: npm run mutants -- [--only a,b] [--by simulation|tests] [--part K/N] [--workers W] [--json FILE]
Breaks one mechanism at a time in a copy of the sources and expects its test or the simulation to fail.
  --only a,b   only these mutants, by name or start of a name
  --by KIND    only mutants that the simulation must catch, or that tests must catch
  --part K/N   only the K-th of N parts of the mutants
  --workers W  mutants that are run at the same time (2)
Exit code 1 when a mutant survives, or when a test fails for another reason than an assertion.`;

export type MutantOptions = {
  readonly chosen: readonly Mutant[];
  readonly workers: number;
  readonly json: string | null;
};

/** Parses the command line; null for --help. @throws Error with a message for the user */
export function parseMutantOptions(args: string[]): MutantOptions | null {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: "string" },
      by: { type: "string" },
      part: { type: "string", default: "1/1" },
      workers: { type: "string", default: "2" },
      json: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return null;
  const names = values.only?.split(",");
  const unknown = names?.find((name) => !mutants.some((mutant) => mutant.name.startsWith(name)));
  if (unknown !== undefined) throw new Error(`There is no mutant "${unknown}".`);
  if (values.by !== undefined && !["simulation", "tests"].includes(values.by))
    throw new Error(`--by must be simulation or tests, not "${values.by}".`);
  const workers = Number(values.workers);
  if (!Number.isSafeInteger(workers) || workers < 1)
    throw new Error(`--workers must be 1 or more, not "${values.workers}".`);
  const chosen = mutants.filter(
    ({ name, caughtBy }) =>
      (!names || names.some((wanted) => name.startsWith(wanted))) &&
      (values.by === undefined || "simulation" in caughtBy === (values.by === "simulation")),
  );
  return { chosen: itemsOfPart(chosen, readPart(values.part)), workers, json: values.json ?? null };
}
