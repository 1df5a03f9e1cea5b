import type { Violation } from "../checks/violation.ts";
import { type Action, isFault, type Schedule } from "../schedule/action.ts";
import type { Outcome } from "./simulate.ts";

type Finding = { readonly seed: number; readonly violations: readonly Violation[] };

/** Totals of many runs; a plain object, so that workers can send it as JSON. */
export type RunSummary = {
  schedules: number;
  steps: number;
  virtualMs: number;
  actions: number;
  faults: Partial<Record<Action["do"], number>>;
  /** Slowest convergence after the last fault, milliseconds, and how many runs took longer than five seconds. */
  slowestMs: number;
  slow: number;
  findings: Finding[];
};

export const emptySummary = (): RunSummary => ({
  schedules: 0,
  steps: 0,
  virtualMs: 0,
  actions: 0,
  faults: {},
  slowestMs: 0,
  slow: 0,
  findings: [],
});

/** Adds one run. */
export function addOutcome(summary: RunSummary, schedule: Schedule, outcome: Outcome): void {
  summary.schedules += 1;
  summary.steps += outcome.steps;
  summary.virtualMs += outcome.virtualMs;
  for (const action of schedule.actions) {
    if (isFault(action)) summary.faults[action.do] = (summary.faults[action.do] ?? 0) + 1;
    else summary.actions += 1;
  }
  summary.slowestMs = Math.max(summary.slowestMs, outcome.recoveredMs);
  if (outcome.recoveredMs > 5000) summary.slow += 1;
  if (outcome.violations.length > 0) summary.findings.push({ seed: schedule.seed, violations: outcome.violations });
}

/** Adds the totals of other runs. */
export function addSummary(total: RunSummary, part: RunSummary): void {
  total.schedules += part.schedules;
  total.steps += part.steps;
  total.virtualMs += part.virtualMs;
  total.actions += part.actions;
  total.slowestMs = Math.max(total.slowestMs, part.slowestMs);
  total.slow += part.slow;
  total.findings.push(...part.findings);
  for (const [name, times] of Object.entries(part.faults)) {
    const fault = name as Action["do"];
    total.faults[fault] = (total.faults[fault] ?? 0) + times;
  }
}
