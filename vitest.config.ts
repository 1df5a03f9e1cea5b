import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { closingLine } from "./testkit/src/vitest/closing-line.ts";

const WORKSPACES = "{packages/*,services/*,web,db,dev,testkit,verification/*,loadtest,infra}";

/** The suffix of a test file says what it needs; see CONTRIBUTING. */
function files(suffix: string): string[] {
  return [`${WORKSPACES}/**/*.${suffix}.{ts,tsx}`];
}

const NEEDING_SERVERS = ["pg", "redis", "cluster", "browser"].flatMap((name) => files(`${name}.test`));
const NEVER = ["**/node_modules/**", "**/dist/**"];

/** Of files that share nothing but servers. All processors: by default vitest leaves one idle, which of two is half. */
const maxWorkers = Math.min(4, availableParallelism());

/**
 * One project per suffix. Timeouts in ms only end tests that hang: work is bounded by runs, and the slowest test of a kind
 * takes a tenth of this on two quiet cores, so that a machine five times as busy still passes.
 */
function project(
  name: string,
  timeout: number,
  more: { maxWorkers?: number; include?: string[]; exclude?: string[] } = {},
) {
  return {
    test: {
      name,
      include: files(`${name}.test`),
      exclude: NEVER,
      pool: "forks" as const,
      testTimeout: timeout,
      hookTimeout: timeout,
      // A condition may take as long as the test has; the default of a second says how fast a machine is.
      expect: { poll: { timeout: timeout / 4 } },
      ...more,
    },
  };
}

export default defineConfig({
  test: {
    // At the root it runs once; inside a project it would run once per project.
    globalSetup: ["testkit/src/vitest/global-setup.ts"],
    reporters: ["default", closingLine()],
    projects: [
      project("unit", 60_000, { maxWorkers, include: files("test"), exclude: [...NEVER, ...NEEDING_SERVERS] }),
      project("pg", 120_000, { maxWorkers }),
      project("redis", 120_000, { maxWorkers }),
      // Each starts several processes or a browser: one file at a time, or timings mean nothing.
      project("cluster", 300_000, { maxWorkers: 1 }),
      project("browser", 300_000, { maxWorkers: 1 }),
    ],
  },
});
