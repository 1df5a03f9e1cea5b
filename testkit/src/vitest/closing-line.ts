import type { SerializedError } from "vitest";
import type { Reporter, TestModule } from "vitest/node";

/**
 * Prints `N passed, N failed` as the last line, for people and programs that read only that. A file that cannot be imported
 * and an error outside of a test count as failures. Skipped tests count as neither and are printed in the line before.
 */
export function closingLine(): Reporter {
  return {
    onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]) {
      const count = { passed: 0, failed: unhandledErrors.length, skipped: 0, pending: 0 };
      for (const module of modules) {
        let failedHere = 0;
        for (const test of module.children.allTests()) {
          const { state } = test.result();
          count[state]++;
          if (state === "failed") failedHere++;
        }
        if (module.state() === "failed" && failedHere === 0) count.failed++;
      }
      // Tests that an interrupted run left pending did not pass.
      const undecided = count.failed + count.pending;
      process.once("exit", (code) => {
        // A failure before tests are collected (global setup, a bad filter) shows only in the exit code.
        const failed = Math.max(undecided, code === 0 ? 0 : 1);
        if (count.skipped > 0) process.stdout.write(`${count.skipped} skipped\n`);
        process.stdout.write(`${count.passed} passed, ${failed} failed\n`);
      });
    },
  };
}
