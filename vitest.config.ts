import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { closingLine } from "./testkit/src/vitest/closing-line.ts";
import { interleaving } from "./testkit/src/vitest/interleave.ts";

const WORKSPACES = "{packages/*,services/*,web,db,dev,testkit,verification/*,loadtest,infra}";

/** The suffix of a test file says what it needs; see CONTRIBUTING. */
function files(suffix: string): string[] {
  return [`${WORKSPACES}/**/*.${suffix}.{ts,tsx}`];
}

const NEEDING_SERVERS = ["pg", "redis", "cluster", "browser"].flatMap((name) => files(`${name}.test`));
const NEVER = ["**/node_modules/**", "**/dist/**"];

/** Of files that share nothing but servers. All processors: by default vitest leaves one idle, which of two is half. */
const maxWorkers = Math.min(4, availableParallelism());

/** For files of several processes each. */
const sideBySide = { maxWorkers: Math.min(2, availableParallelism()), sequence: { groupOrder: 1 } };

/**
 * One project per suffix. Timeouts in ms only end tests that hang: work is bounded by runs, and the slowest test of a kind
 * takes a tenth of this on two quiet cores, so that a machine five times as busy still passes.
 */
function project(
  name: string,
  timeout: number,
  more: { maxWorkers?: number; include?: string[]; exclude?: string[]; sequence?: { groupOrder: number } } = {},
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
    sequence: { sequencer: interleaving("cluster", "browser") },
    projects: [
      project("unit", 60_000, { maxWorkers, include: files("test"), exclude: [...NEVER, ...NEEDING_SERVERS] }),
      project("pg", 120_000, { maxWorkers }),
      project("redis", 120_000, { maxWorkers }),
      // Each starts several processes or a browser. One of a kind beside one of the other, after all files that compute: the
      // processes of a cluster mostly wait for each other, which leaves a processor to a browser.
      project("cluster", 300_000, sideBySide),
      project("browser", 300_000, sideBySide),
    ],
  },
});
