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

/** One project per suffix. Timeouts in ms: the slowest honest test of its kind on two busy cores, times three. */
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
    passWithNoTests: true,
    projects: [
      project("unit", 10_000, { maxWorkers, include: files("test"), exclude: [...NEVER, ...NEEDING_SERVERS] }),
      project("pg", 30_000, { maxWorkers }),
      project("redis", 30_000, { maxWorkers }),
      // Each starts several processes or a browser: one file at a time, or timings mean nothing.
      project("cluster", 90_000, { maxWorkers: 1 }),
      project("browser", 90_000, { maxWorkers: 1 }),
    ],
  },
});
