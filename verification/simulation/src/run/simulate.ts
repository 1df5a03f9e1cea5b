import { differences } from "../checks/client-check.ts";
import type { Violation } from "../checks/violation.ts";
import { rowKey } from "../database/rows.ts";
import { epochMs } from "../engine/epoch.ts";
import { RunawayError } from "../engine/scheduler.ts";
import type { ClientNode } from "../nodes/client-node.ts";
import type { Schedule } from "../schedule/action.ts";
import { entities } from "../schedule/fixtures.ts";
import { applyAction } from "./apply-action.ts";
import { endFaults } from "./end-faults.ts";
import { SimulatedSystem, warmUpMs } from "./simulated-system.ts";

export type Outcome = {
  readonly violations: readonly Violation[];
  readonly steps: number;
  readonly virtualMs: number;
  readonly fingerprint: number;
  /** From the end of the last fault until every client was current, milliseconds. */
  readonly recoveredMs: number;
};

/** Limit for convergence after the last fault: reconnects, RESET spread over 30 s, rechecks of rights. */
const convergenceLimitMs = 150_000;
/** Interval of the checks for convergence. */
const convergenceCheckMs = 400;
/** Interval of the checks for clients that claim to be current and are not. */
const claimCheckMs = 1000;
/**
 * How long a client may claim to be current while a change has not reached it: a dead link is detected after two pings (6 s), a
 * gateway reports a missing leader after 10 s and a missing database after 15 s, and a RESET is spread over 30 s.
 */
const staleMs = 45_000;
/** The same for a refused row: clients retry refused subscriptions within a minute. */
const refusedMs = 80_000;

/** Runs one schedule. Must be called in its own task; see `drainMicrotasks`. */
export function simulate(schedule: Schedule, trace?: (line: string) => void): Outcome {
  const system = new SimulatedSystem(schedule, trace);
  const { scheduler, gaps } = system.infrastructure;
  let recoveredMs = 0;
  try {
    system.start();
    for (const action of schedule.actions)
      scheduler.after(warmUpMs + action.at - scheduler.now, undefined, () => {
        system.trace(`* ${JSON.stringify(action)}`);
        applyAction(system, action);
      });
    watchClaims(system);
    scheduler.advanceTo(warmUpMs + schedule.endMs);
    endFaults(system);
    const healedMs = scheduler.now;
    if (converge(system, "after the faults")) {
      recoveredMs = scheduler.now - healedMs;
      // A lost subscription stays unnoticed until its row changes, so every row changes once more.
      writeEverything(system);
      converge(system, "after one more change of every row");
    }
  } catch (error) {
    if (!(error instanceof RunawayError)) throw error;
    system.violations.add("bounded", scheduler.now, error.message);
  }
  const [gap] = gaps;
  if (gap) throw gap;
  return {
    violations: system.violations.found,
    steps: scheduler.steps,
    virtualMs: scheduler.now,
    fingerprint: scheduler.fingerprint,
    recoveredMs,
  };
}

/** Result of a promise that settles without time passing; undefined when it does not. */
function settled<Value>({ infrastructure }: SimulatedSystem, promise: () => Promise<Value>): Value | undefined {
  let value: Value | undefined;
  infrastructure.scheduler.within(undefined, () => {
    void promise().then((result) => {
      value = result;
    });
  });
  return value;
}

function converge(system: SimulatedSystem, when: string): boolean {
  const { scheduler } = system.infrastructure;
  const end = scheduler.now + convergenceLimitMs;
  let problems = problemsOf(system);
  while (problems.length > 0 && scheduler.now < end) {
    // A check costs more than simulating a second in which little happens.
    scheduler.advanceTo(scheduler.now + convergenceCheckMs);
    problems = problemsOf(system);
  }
  for (const problem of problems) system.violations.add("convergence", scheduler.now, `${when}: ${problem}`);
  return problems.length === 0;
}

/** Everything that has not converged yet. */
function problemsOf(system: SimulatedSystem): string[] {
  const { database } = system.infrastructure;
  const problems: string[] = [];
  if (database.log.pending.length > 0) problems.push(`${database.log.pending.length} changes have no sequence number`);
  for (const gateway of system.gateways) {
    if (!gateway.serving) problems.push(`${gateway.name} does not serve`);
    else if (gateway.feedSeq !== database.log.head)
      problems.push(`${gateway.name} is at ${gateway.feedSeq} instead of ${database.log.head}`);
  }
  for (const client of system.clients) problems.push(...problemsAt(system, client));
  return problems;
}

function problemsAt(system: SimulatedSystem, client: ClientNode): string[] {
  const { database } = system.infrastructure;
  const { status } = client;
  if (status?.state !== "connected") return [`${client.name} is ${status?.state}`];
  const found = settled(system, () => differences(readers(system), client));
  const problems = [...(found?.values() ?? ["does not get an answer from its store"])].map(
    (text) => `${client.name} ${text}`,
  );
  if (status.pendingFetches > 0) problems.push(`${client.name} has ${status.pendingFetches} pending fetches`);
  for (const project of client.interests.containers) {
    if (!database.mayRead(client.person, database.rows.get(rowKey("project", project)))) continue;
    for (const [id, { version }] of settled(system, async () => client.store.readInside?.("task", [project])) ?? []) {
      const row = database.rows.get(rowKey("task", id));
      const readable = database.mayRead(client.person, row);
      if (!readable || row?.version !== version)
        problems.push(
          `${client.name} keeps task:${id} v${version} of ${project} instead of ${readable ? `v${row?.version}` : "no row"}`,
        );
    }
  }
  for (const { project, list } of client.lists()) {
    // The list of a container that may not be read is not live; it keeps the state of its last fetch.
    if (!database.mayRead(client.person, database.rows.get(rowKey("project", project)))) continue;
    const shown = list.snapshot().items.map((item) => `${item["$id"]} v${item["$version"]}`);
    const expected = [...database.rows.values()]
      .filter((row) => row.entityCode === "task" && row.project === project && database.mayRead(client.person, row))
      .map((row) => `${row.id} v${row.version}`);
    if (shown.sort().join() !== expected.sort().join())
      problems.push(`${client.name} lists [${shown.join()}] in ${project} instead of [${expected.join()}]`);
  }
  return problems;
}

const readers = (system: SimulatedSystem) => ({
  history: system.history,
  mayRead: (client: ClientNode, row: Parameters<typeof system.infrastructure.database.mayRead>[1] & object) =>
    system.infrastructure.database.mayRead(client.person, row),
});

function writeEverything(system: SimulatedSystem): void {
  const { database, scheduler } = system.infrastructure;
  scheduler.within(undefined, () => {
    for (const { entityCode, id } of entities) {
      const transaction = database.begin();
      database.write(transaction, rowKey(entityCode, id), (row) => row && { ...row, mark: ++system.mark });
      database.commit(transaction);
    }
  });
}

/** Checks periodically for clients that have claimed to be current for too long while a change was missing. */
function watchClaims(system: SimulatedSystem): void {
  const { scheduler } = system.infrastructure;
  const check = (): void => {
    scheduler.after(claimCheckMs, undefined, check);
    for (const client of system.clients) {
      const { status, host } = client;
      if (!host.alive || host.frozen || status?.state !== "connected" || status.pendingFetches > 0) continue;
      // `status.since` is part of the start of the period: a suspended client cannot notice a change before it resumes.
      void differences(readers(system), client).then((found) => {
        for (const [key, text] of found) {
          const since = Math.max(
            system.history.unchangedSince(client.person, key),
            system.history.failoverMs,
            status.since - epochMs - host.skewMs,
          );
          const bound = text.startsWith("lacks") ? refusedMs : staleMs;
          if (scheduler.now - since > bound)
            system.violations.add("silent gap", scheduler.now, `${client.name} claims to be current but ${text}`);
        }
      });
    }
  };
  scheduler.after(claimCheckMs, undefined, check);
}
