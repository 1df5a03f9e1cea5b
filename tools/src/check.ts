/**
 * `npm run check`: everything that can be said about the repository without running a test. All checks run, also when one
 * fails; each failure is shown with its remedy.
 */
import { styleText } from "node:util";
import { checks } from "./check/checks.ts";

const results = await Promise.all(
  checks.map(async ({ name, remedy, run }) => {
    const started = performance.now();
    const problems = await run().catch((error: unknown) => [error instanceof Error ? error.message : String(error)]);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const mark = problems.length === 0 ? styleText("green", "ok") : styleText("red", "failed");
    console.log(`${name} ${mark} (${seconds} s)`);
    return { name, remedy, problems };
  }),
);

const failed = results.filter(({ problems }) => problems.length > 0);
for (const { name, remedy, problems } of failed) {
  console.log(`\n${styleText("red", name)}\n${problems.join("\n")}\n${styleText("bold", "Remedy:")} ${remedy}`);
}
console.log(`\n${results.length - failed.length} checks passed, ${failed.length} failed`);
process.exit(failed.length === 0 ? 0 : 1);
