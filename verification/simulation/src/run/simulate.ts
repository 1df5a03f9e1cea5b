import { differences } from "../checks/client-check.ts";
import type { Violation } from "../checks/violation.ts";
import { rowKey } from "../database/rows.ts";
import { epochMs } from "../engine/epoch.ts";
import { RunawayError } from "../engine/scheduler.ts";
import type { ClientNode } from "../nodes/client-node.ts";
import type { Plan } from "../plan/action.ts";
import { entities } from "../plan/cast.ts";
import { heal } from "./heal.ts";
import { perform } from "./perform.ts";
import { Stage, warmUpMs } from "./stage.ts";

export type Outcome = {
  readonly violations: readonly Violation[];
  readonly steps: number;
  readonly virtualMs: number;
  readonly fingerprint: number;
  /** From the end of the last fault until everybody was up to date, milliseconds. */
  readonly recoveredMs: number;
};

/** Everything is right within this time after the last fault: reconnection, RESET spread over 30 s, rights asked again. */
const patienceMs = 150_000;
/** How often it is looked whether everything is right. */
const lookMs = 400;
/** How often it is looked whether somebody says that he is up to date and is not. */
const watchMs = 1000;
/**
 * How long a client may call itself up to date while a change has not reached it: a dead link takes two pings (6 s), a
 * server without a leader 10 s and one without a database 15 s until they say so, a RESET is spread over 30 s.
 */
const staleMs = 45_000;
/** What was refused is asked for again only within a minute. */
const refusedMs = 80_000;

/** One whole run. Must be called from a task of its own; see `drainMicrotasks`. */
export function simulate(plan: Plan, trace?: (line: string) => void): Outcome {
  const stage = new Stage(plan, trace);
  const { scheduler, gaps } = stage.world;
  let recoveredMs = 0;
  try {
    stage.start();
    for (const action of plan.actions)
      scheduler.after(warmUpMs + action.at - scheduler.now, undefined, () => {
        stage.trace(`* ${JSON.stringify(action)}`);
        perform(stage, action);
      });
    watch(stage);
    scheduler.advanceTo(warmUpMs + plan.endMs);
    heal(stage);
    const healedMs = scheduler.now;
    if (converge(stage, "after the faults")) {
      recoveredMs = scheduler.now - healedMs;
      // A subscription that was lost goes unnoticed until something changes: so everything changes once more.
      writeEverything(stage);
      converge(stage, "after one more change of everything");
    }
  } catch (error) {
    if (!(error instanceof RunawayError)) throw error;
    stage.violations.add("bounded", scheduler.now, error.message);
  }
  const [gap] = gaps;
  if (gap) throw gap;
  return {
    violations: stage.violations.found,
    steps: scheduler.steps,
    virtualMs: scheduler.now,
    fingerprint: scheduler.fingerprint,
    recoveredMs,
  };
}

/** What a promise comes to without time passing; undefined when it does not settle so. */
function settled<Value>({ world }: Stage, promise: () => Promise<Value>): Value | undefined {
  let value: Value | undefined;
  world.scheduler.within(undefined, () => {
    void promise().then((result) => {
      value = result;
    });
  });
  return value;
}

function converge(stage: Stage, when: string): boolean {
  const { scheduler } = stage.world;
  const end = scheduler.now + patienceMs;
  let problems = wrong(stage);
  while (problems.length > 0 && scheduler.now < end) {
    // Ever longer steps: most are right at once, and a look costs more than a second of quiet.
    scheduler.advanceTo(scheduler.now + lookMs);
    problems = wrong(stage);
  }
  for (const problem of problems) stage.violations.add("convergence", scheduler.now, `${when}: ${problem}`);
  return problems.length === 0;
}

/** Every way in which the system is not yet as it should be when nothing disturbs it. */
function wrong(stage: Stage): string[] {
  const { database } = stage.world;
  const problems: string[] = [];
  if (database.log.pending.length > 0) problems.push(`${database.log.pending.length} changes have no number`);
  for (const pod of stage.pods) {
    if (!pod.serving) problems.push(`${pod.name} does not serve`);
    else if (pod.feedSeq !== database.log.head)
      problems.push(`${pod.name} is at ${pod.feedSeq} and not at ${database.log.head}`);
  }
  for (const client of stage.clients) problems.push(...wrongAt(stage, client));
  return problems;
}

function wrongAt(stage: Stage, client: ClientNode): string[] {
  const { database } = stage.world;
  const { status } = client;
  if (status?.state !== "connected") return [`${client.name} is ${status?.state}`];
  const found = settled(stage, () => differences(readers(stage), client));
  const problems = [...(found?.values() ?? ["the store does not answer"])].map((text) => `${client.name} ${text}`);
  if (status.pendingFetches > 0) problems.push(`${client.name} waits for ${status.pendingFetches} rows`);
  for (const { project, list } of client.lists()) {
    // A container that may not be read keeps no list live; what is listed of it is of the moment when it was asked for.
    if (!database.mayRead(client.person, database.rows.get(rowKey("project", project)))) continue;
    const shown = list.snapshot().items.map((item) => `${item["id"]} v${item["version"]}`);
    const truth = [...database.rows.values()]
      .filter((row) => row.code === "task" && row.project === project && database.mayRead(client.person, row))
      .map((row) => `${row.id} v${row.version}`);
    if (shown.sort().join() !== truth.sort().join())
      problems.push(`${client.name} lists [${shown.join()}] in ${project} and not [${truth.join()}]`);
  }
  return problems;
}

const readers = (stage: Stage) => ({
  history: stage.history,
  mayRead: (client: ClientNode, row: Parameters<typeof stage.world.database.mayRead>[1] & object) =>
    stage.world.database.mayRead(client.person, row),
});

function writeEverything(stage: Stage): void {
  const { database, scheduler } = stage.world;
  scheduler.within(undefined, () => {
    for (const { code, id } of entities) {
      const writing = database.begin();
      database.write(writing, rowKey(code, id), (row) => row && { ...row, mark: ++stage.mark });
      database.commit(writing);
    }
  });
}

/** Looks again and again whether a client claims to be up to date although it has long not been. */
function watch(stage: Stage): void {
  const { scheduler } = stage.world;
  const look = (): void => {
    scheduler.after(watchMs, undefined, look);
    for (const client of stage.clients) {
      const { status, host } = client;
      if (!host.alive || host.frozen || status?.state !== "connected" || status.pendingFetches > 0) continue;
      // Nobody has to notice what happened while he slept before he woke.
      void differences(readers(stage), client).then((found) => {
        for (const [key, text] of found) {
          const since = Math.max(
            stage.history.settledSince(client.person, key),
            stage.history.failoverMs,
            status.since - epochMs - host.skewMs,
          );
          const bound = text.startsWith("lacks") ? refusedMs : staleMs;
          if (scheduler.now - since > bound)
            stage.violations.add("silent gap", scheduler.now, `${client.name} says that it is up to date and ${text}`);
        }
      });
    }
  };
  scheduler.after(watchMs, undefined, look);
}
