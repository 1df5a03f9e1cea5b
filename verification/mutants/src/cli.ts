/** `npm run mutants`: breaks one mechanism at a time and checks whether its test fails. Prints a table; see `usage`. */
import { writeFileSync } from "node:fs";
import { readOptions } from "@heliograph/testkit/process/read-options";
import { stopRequest } from "@heliograph/testkit/process/stop-request";
import { mutants } from "./catalog.ts";
import { parseMutantOptions, usage } from "./options.ts";
import { runMutants } from "./run-mutants.ts";

const options = readOptions(() => parseMutantOptions(process.argv.slice(2)), usage);
const results = await runMutants(options.chosen, {
  workers: options.workers,
  signal: stopRequest(),
  onResult: ({ mutant, verdict, seconds }) =>
    process.stdout.write(
      `${verdict.kind.padEnd(9)} ${(mutant.rule ?? "-").padEnd(8)} ${mutant.name.padEnd(34)} ${String(seconds).padStart(6)} s  ${verdict.why}\n`,
    ),
});
const caught = results.filter(({ verdict }) => verdict.kind === "caught").length;
if (options.json !== null) {
  const rows = results.map(({ mutant: { name, rule, breaks, caughtBy }, verdict, seconds }) => ({
    name,
    rule,
    breaks,
    caughtBy,
    ...verdict,
    seconds,
  }));
  writeFileSync(
    options.json,
    `${JSON.stringify({ at: new Date().toISOString(), caught, of: options.chosen.length, existing: mutants.length, rows }, null, 2)}\n`,
  );
}
process.stdout.write(`${caught} of ${options.chosen.length} mutants caught\n`);
process.exit(caught === options.chosen.length ? 0 : 1);
