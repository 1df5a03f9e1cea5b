import { type Ports, sleep } from "../client/ports.ts";
import type { LoadUser, LongList, Plan, Target, Tenant, Timeline } from "../plan/plan.ts";
import { tenantOf } from "../plan/row-assignment.ts";

/** What a journey is given. `index`: number of the connection within its crowd, or of the arrival. */
export interface JourneyContext {
  readonly ports: Ports;
  readonly plan: Plan;
  readonly timeline: Timeline;
  readonly users: LongList<LoadUser>;
  readonly rows: LongList<string>;
  readonly index: number;
  /** Connections of the crowd; 0 for arrivals. */
  readonly count: number;
  /** Versions of all rows, where the engine can read them once for everybody. Asked only after the last change. */
  readonly truth?: () => Promise<ReadonlyMap<string, number> | null>;
  /** Called when the connection is open and holds its rows; an engine that can wait for it then begins. */
  readonly ready?: () => void;
  /** Called when the journey makes no more changes. */
  readonly quiet?: () => void;
}

/** Pauses until a moment of the timeline, which may be put off in the meantime. */
export async function until(
  { ports, timeline }: Pick<JourneyContext, "ports" | "timeline">,
  moment: Exclude<keyof Timeline, "start">,
  plusMs = 0,
): Promise<void> {
  for (let ahead = 1; ahead > 0; ) {
    ahead = timeline[moment] + plusMs - ports.now();
    await sleep(ports, ahead);
  }
}

export type Journey = (context: JourneyContext) => Promise<void>;

/** A number of the plan. A missing one is a mistake in a scenario, found at its first run. */
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

/** The n-th user; users of the tenants take turns, so number n is of tenant n modulo their number. */
export function userOf({ users }: Pick<JourneyContext, "users">, n: number): LoadUser {
  const user = users[n % users.length];
  if (!user) throw new Error("The plan has no user.");
  return user;
}

/** Some user who may change the row at `position`. */
export function writerOf(context: Pick<JourneyContext, "users" | "plan">, position: number, n: number): LoadUser {
  const { tenants } = context.plan;
  const tenant = tenants.findIndex(({ from, to }) => position >= from && position < to);
  const perTenant = Math.max(1, Math.floor(context.users.length / tenants.length));
  return userOf(context, tenant + tenants.length * (n % perTenant));
}

export function rowAt({ rows }: Pick<JourneyContext, "rows">, position: number): string {
  const row = rows[position];
  if (row === undefined) throw new Error(`The plan has no row ${position}.`);
  return row;
}

export function ownTenant({ index, plan }: JourneyContext): Tenant {
  return tenantOf(index, plan.tenants);
}
