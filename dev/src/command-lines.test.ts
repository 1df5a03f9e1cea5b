import { spawnSync } from "node:child_process";
import { repositoryRoot } from "@heliograph/testkit/repository";
import { expect, test } from "vitest";

function run(...args: string[]) {
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: repositoryRoot, encoding: "utf8" });
  return { status, stderr };
}

test.each([
  ["dev/src/check.ts --bogus", /Unknown option '--bogus'[\s\S]*npm run check/],
  ["dev/src/demo.ts --bogus", /Unknown option '--bogus'[\s\S]*npm run demo/],
  ["dev/src/dev.ts --only nope", /--only must be api or web, not nope[\s\S]*npm run dev/],
  ["dev/src/generate.ts --bogus", /Unknown option '--bogus'[\s\S]*npm run generate/],
  ["dev/src/release.ts nope", /usage: npm run release/],
  ["dev/src/terraform.ts --bogus", /Unknown option '--bogus'[\s\S]*npm run terraform/],
  ["dev/src/token.ts", /--?email[\s\S]*npm run token/],
  ["db/src/cli.ts --bogus", /Unknown option '--bogus'[\s\S]*Usage: db-import/],
  ["db/src/cli.ts nope", /There is no command nope\.[\s\S]*Usage: db-import/],
  ["loadtest/main.ts nope", /There is no scenario nope\.[\s\S]*usage: npm run loadtest/],
  ["verification/bench/src/cli.ts nope", /There is no benchmark nope\.[\s\S]*usage: npm run bench/],
  ["verification/chaos/src/cli.ts --seconds nope", /--seconds must be a whole number[\s\S]*usage: npm run chaos/],
  ["verification/mutants/src/cli.ts --only nope-nope", /There is no mutant "nope-nope"\.[\s\S]*usage: npm run mutants/],
  ["verification/simulation/src/cli.ts --seed nope", /--seed must be a whole number[\s\S]*usage: npm run simulate/],
])("%s exits with code 2, the problem and the usage, and without a stack", (command, message) => {
  const { status, stderr } = run(...command.split(" "));
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/^ {4}at /m);
  expect(status).toBe(2);
});

test("a release is prepared only for a version of the form 1.2.3, also while the working tree has changes", () => {
  const { status, stderr } = run("dev/src/release.ts", "prepare", "nope");
  expect(stderr).toContain('"nope" is not a version of the form 1.2.3');
  expect(status).toBe(1);
});

test("a test run that finds no file fails: a mistyped path must not look like success", () => {
  const { status } = run("node_modules/vitest/vitest.mjs", "run", "--project", "unit", "no-such-file");
  expect(status).toBe(1);
});
