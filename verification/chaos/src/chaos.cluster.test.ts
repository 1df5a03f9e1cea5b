import { expect, test } from "vitest";
import { runChaos } from "./run-chaos.ts";

const seed = 20;

test(`no client misses a change while processes die (seed ${seed})`, async () => {
  const lines: string[] = [];
  const { total, evidence } = await runChaos({
    seconds: 60,
    budget: 4,
    seed,
    scale: "usual",
    share: { index: 0, of: 1 },
    faults: ["gateway-kill", "leader-kill", "redis-kill", "client-reload"],
    clients: 6,
    logs: null,
    // Other tests run beside this one.
    leniencyMs: 10_000,
    signal: AbortSignal.timeout(85_000),
    report: (line) => void lines.push(line),
  });
  expect(evidence, lines.join("\n")).toEqual([]);
  expect(total.broken).toBe(false);
  expect(total.runs).toBe(4);
  expect(total.comparisons).toBeGreaterThan(100);
});
