import { expect, test } from "vitest";
import { runChaos } from "./run-chaos.ts";

const seed = 20;

test(`no client misses a change while processes die (seed ${seed})`, async ({ signal }) => {
  const lines: string[] = [];
  const { total, evidence } = await runChaos({
    seconds: Number.MAX_SAFE_INTEGER,
    budget: 4,
    seed,
    scale: "usual",
    share: { index: 0, of: 1 },
    faults: ["gateway-kill", "leader-kill", "redis-kill", "client-reload"],
    clients: 6,
    logs: null,
    // Other tests run at the same time and slow the clients down.
    leniencyMs: 10_000,
    // The budget bounds the work; this ends a run that hangs.
    signal,
    report: (line) => void lines.push(line),
  });
  expect(evidence, lines.join("\n")).toEqual([]);
  expect(total.broken).toBe(false);
  expect(total.runs).toBe(4);
  expect(total.comparisons).toBeGreaterThan(100);
});
