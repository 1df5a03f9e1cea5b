import { type Ports, sleep } from "../client/ports.ts";
import type { LoadUser, LongList, Plan, Target, Timeline } from "../plan/plan.ts";

/** Input of a journey. */
export interface JourneyContext {
  readonly ports: Ports;
  readonly plan: Plan;
  readonly timeline: Timeline;
  readonly users: LongList<LoadUser>;
  readonly rows: LongList<string>;
  /** Number of the connection within its workload, or of the arrival. */
  readonly index: number;
  /** Number of connections of the workload; 0 for arrivals. */
  readonly count: number;
  /**
   * Reads the current versions of all rows once for all journeys, in engines that can share them. Called only after the
   * last change; null when the read failed.
   */
  readonly currentVersions?: () => Promise<ReadonlyMap<string, number> | null>;
  /** Call when the connection is open and holds its rows. Engines that can wait start the changes after it. */
  readonly onReady?: () => void;
  /** Call when the journey makes no more changes. */
  readonly onWritesDone?: () => void;
}

export type Journey = (context: JourneyContext) => Promise<void>;

/** Waits for a moment of the timeline, which an engine may postpone in the meantime. */
export async function until(
  { ports, timeline }: Pick<JourneyContext, "ports" | "timeline">,
  moment: Exclude<keyof Timeline, "start">,
  plusMs = 0,
): Promise<void> {
  for (let ahead = 1; ahead > 0; ) {
    ahead = timeline[moment] + plusMs - ports.wallNow();
    await sleep(ports, ahead);
  }
}

/** A setting of the plan. A missing one is a mistake in the scenario, which its first run reports. */
export function setting({ plan }: Pick<JourneyContext, "plan">, name: string): number {
  const value = plan.settings[name];
  if (value === undefined) throw new Error(`Scenario ${plan.scenario} has no setting ${name}.`);
  return value;
}

export function targetOf({ plan }: Pick<JourneyContext, "plan">, n: number): Target {
  const target = plan.targets[n % plan.targets.length];
  if (!target) throw new Error("The plan has no target.");
  return target;
}

/** The n-th user. Users of the tenants alternate, so user n belongs to tenant n modulo the number of tenants. */
export function userOf({ users }: Pick<JourneyContext, "users">, n: number): LoadUser {
  const user = users[n % users.length];
  if (!user) throw new Error("The plan has no user.");
  return user;
}

/** A user who may change the row at `position`; different `n` spread the changes over such users. */
export function writerOf(context: Pick<JourneyContext, "users" | "plan">, position: number, n: number): LoadUser {
  const { tenants } = context.plan;
  const tenant = tenants.findIndex(({ from, to }) => position >= from && position < to);
  const perTenant = Math.max(1, Math.floor(context.users.length / tenants.length));
  return userOf(context, tenant + tenants.length * (n % perTenant));
}

/** Id of the row at `position`. */
export function rowAt({ rows }: Pick<JourneyContext, "rows">, position: number): string {
  const row = rows[position];
  if (row === undefined) throw new Error(`The plan has no row ${position}.`);
  return row;
}
