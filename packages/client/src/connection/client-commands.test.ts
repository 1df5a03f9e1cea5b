import * as fc from "fast-check";
import { expect, test } from "vitest";
import { commands, settleAndCompare, setUp } from "../testing/client-commands.ts";

/** Fixed, so that a run says the same on every machine; fast-check prints it with a failure. */
const seed = 20_271_123;
/** The long mode is VITE_CLIENT_RUNS=1000 VITE_CLIENT_COMMANDS=100; every test run does a part of it. */
const numRuns = Number(import.meta.env["VITE_CLIENT_RUNS"] ?? 60);
const maxCommands = Number(import.meta.env["VITE_CLIENT_COMMANDS"] ?? 60);

test("there are enough kinds of commands to be worth their combinations", () => {
  expect(commands.length).toBeGreaterThanOrEqual(25);
});

test("whatever happens in whatever order, the client ends with what the server has", { timeout: 3_600_000 }, () =>
  fc.assert(
    fc.asyncProperty(fc.commands([...commands], { maxCommands, size: "max" }), async (drawn) => {
      const scene = setUp();
      await fc.asyncModelRun(() => scene, drawn);
      await settleAndCompare(scene);
    }),
    { numRuns, seed },
  ),
);
