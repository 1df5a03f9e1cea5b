import * as fc from "fast-check";
import { expect, test } from "vitest";
import { commands, settleAndCompare, setUp } from "../testing/client-commands.ts";

/** Fixed, so that every run draws the same commands. fast-check prints it with a failure. */
const seed = 20_271_123;
/** For a long run set VITE_CLIENT_RUNS=1000 VITE_CLIENT_COMMANDS=100. */
const numRuns = Number(import.meta.env["VITE_CLIENT_RUNS"] ?? 60);
const maxCommands = Number(import.meta.env["VITE_CLIENT_COMMANDS"] ?? 60);

test("there are at least 25 kinds of commands", () => {
  expect(commands.length).toBeGreaterThanOrEqual(25);
});

test(
  "[G1, G3] after any sequence of commands and faults the client has the server's rows",
  { timeout: 3_600_000 },
  () =>
    fc.assert(
      fc.asyncProperty(fc.commands([...commands], { maxCommands, size: "max" }), async (drawn) => {
        const run = setUp();
        await fc.asyncModelRun(() => run, drawn);
        await settleAndCompare(run);
      }),
      { numRuns, seed },
    ),
);
