/**
 * `npm run check`: checks of the repository that need no test run. All checks run, also when one fails. Each failure is
 * printed with its remedy.
 */
import { parseArgs, styleText } from "node:util";
import { readOptions } from "@heliograph/testkit/process/read-options";
import { type Check, checks } from "./check/checks.ts";

readOptions(() => {
  const { values } = parseArgs({ options: { help: { type: "boolean", default: false } } });
  return values.help ? null : values;
}, "npm run check   (no options: every check runs)");

async function report({ name, remedy, run }: Check) {
  const started = performance.now();
  const problems = await run().catch((error: unknown) => [error instanceof Error ? error.message : String(error)]);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const mark = problems.length > 0 ? styleText("red", "failed") : styleText("green", "ok");
  console.log(`${name} ${mark} (${seconds} s)`);
  return { name, remedy, problems };
}

const results = await Promise.all(checks.map(report));

const failed = results.filter(({ problems }) => problems.length > 0);
for (const { name, remedy, problems } of failed) {
  console.log(`\n${styleText("red", name)}\n${problems.join("\n")}\n${styleText("bold", "Remedy:")} ${remedy}`);
}
console.log(`\n${results.length - failed.length} checks passed, ${failed.length} failed`);
process.exit(failed.length === 0 ? 0 : 1);
