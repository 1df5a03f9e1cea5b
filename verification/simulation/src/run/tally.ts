import type { Violation } from "../checks/violation.ts";
import { type Action, isFault, type Plan } from "../plan/action.ts";
import type { Outcome } from "./simulate.ts";

type Finding = { readonly seed: number; readonly violations: readonly Violation[] };

/** What many runs come to; a plain object, so that workers can send it. */
export type Tally = {
  schedules: number;
  steps: number;
  virtualMs: number;
  actions: number;
  faults: Partial<Record<Action["do"], number>>;
  /** Slowest return to order after the last fault, milliseconds, and how many took longer than five seconds. */
  slowestMs: number;
  slow: number;
  findings: Finding[];
};

export const emptyTally = (): Tally => ({
  schedules: 0,
  steps: 0,
  virtualMs: 0,
  actions: 0,
  faults: {},
  slowestMs: 0,
  slow: 0,
  findings: [],
});

export function count(tally: Tally, plan: Plan, outcome: Outcome): void {
  tally.schedules += 1;
  tally.steps += outcome.steps;
  tally.virtualMs += outcome.virtualMs;
  for (const action of plan.actions) {
    if (isFault(action)) tally.faults[action.do] = (tally.faults[action.do] ?? 0) + 1;
    else tally.actions += 1;
  }
  tally.slowestMs = Math.max(tally.slowestMs, outcome.recoveredMs);
  if (outcome.recoveredMs > 5000) tally.slow += 1;
  if (outcome.violations.length > 0) tally.findings.push({ seed: plan.seed, violations: outcome.violations });
}

export function add(total: Tally, part: Tally): void {
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
