import type { Budget } from "./budget.ts";
import type { Phases } from "./plan.ts";
import type { Action, Workload } from "./workload.ts";

/** Size of the dataset that a scenario needs. Rows and users are spread evenly over the tenants. */
export interface DatasetSize {
  readonly tenants: number;
  readonly users: number;
  readonly rows: number;
}

/**
 * The settings of a run. `NoInfer`: the names come from `settings` alone, otherwise a helper that takes some of them would
 * be taken for the whole list.
 */
type Settings<Name extends string> = Readonly<Record<NoInfer<Name>, number>>;

/** What scenarios and studies have in common: both are run by name, with settings and budgets. */
export interface RunnableDefinition<Name extends string> {
  readonly name: string;
  readonly question: string;
  /** Meaning of each number that a profile has to provide. */
  readonly settings: Readonly<Record<Name, string>>;
  readonly dataset: (settings: Settings<Name>) => DatasetSize;
  readonly budgets: (settings: Settings<Name>) => readonly Budget[];
  /** Environment of the services of a local cluster, where the product's defaults would make the scenario too long. */
  readonly clusterEnv?: Readonly<Record<string, string>>;
}

/** A scenario: a question, the workloads that answer it, and the budgets that decide. Runs under k6 and in Node. */
interface ScenarioDefinition<Name extends string> extends RunnableDefinition<Name> {
  readonly phases: (settings: Settings<Name>) => Phases;
  readonly workloads: (settings: Settings<Name>) => readonly Workload[];
  readonly actions?: (settings: Settings<Name>) => readonly Action[];
}

export type Scenario = ScenarioDefinition<string>;

/** Type-checks a definition against the names of its own settings. */
export function defineScenario<const Name extends string>(definition: ScenarioDefinition<Name>): Scenario {
  return definition as unknown as Scenario;
}

/** The settings that most scenarios share. */
export const phaseSettings = {
  rampSeconds: "time over which the sockets are opened",
  holdSeconds: "time during which changes are made",
  settleSeconds: "time allowed for the last signals to arrive",
  verifySeconds: "time over which the sockets compare with the database and close",
} as const;

/** The phases that `phaseSettings` describe. */
export function phasesOf(settings: Readonly<Record<keyof typeof phaseSettings, number>>): Phases {
  const { rampSeconds, holdSeconds, settleSeconds, verifySeconds } = settings;
  return { rampSeconds, holdSeconds, settleSeconds, verifySeconds };
}

/** Budgets of every scenario that delivers signals, whatever its load. */
export const correctness: readonly Budget[] = [
  {
    metric: "rt_delivery_ratio",
    expression: "rate==1",
    why: "a change that never reaches a subscriber is the one failure the product must not have",
  },
  { metric: "rt_gaps", expression: "count==0", why: "a client that reports itself up to date must be up to date" },
  {
    metric: "rt_out_of_order",
    expression: "count==0",
    why: "an older version after a newer one would put stale data on the screen",
  },
  {
    metric: "rt_foreign",
    expression: "count==0",
    why: "a signal for a row outside the subscription discloses other users' data",
  },
];

/** For scenarios that lose no sockets: nothing is delivered twice. */
export const noDuplicates: Budget = {
  metric: "rt_duplicates",
  expression: "count==0",
  why: "every duplicate signal costs each client a request",
};

export const allConnect: Budget = {
  metric: "rt_connect_ok",
  expression: "rate==1",
  why: "for its user, a page that cannot connect is an outage",
};

export const allSubscribe: Budget = {
  metric: "rt_subscribe_ok",
  expression: "rate==1",
  why: "a refused row never receives a signal",
};

export const allWritten: Budget = {
  metric: "rt_write_ok",
  expression: "rate==1",
  why: "without its changes the run measures something else",
};

export const neverClosed: Budget = {
  metric: "rt_unexpected_close",
  expression: "count==0",
  why: "nothing in this scenario justifies losing a socket",
};

/** Budgets of every scenario that holds rows, changes them and causes no failure. */
export const undisturbed: readonly Budget[] = [
  ...correctness,
  noDuplicates,
  allConnect,
  allSubscribe,
  allWritten,
  neverClosed,
];

/** For scenarios whose sockets all close: no row of their sessions and subscriptions is left. */
export const cleanedUp: Budget = {
  metric: "rt_cleanup_ratio",
  expression: "rate==1",
  why: "what closed sockets leave behind accumulates without limit",
};
