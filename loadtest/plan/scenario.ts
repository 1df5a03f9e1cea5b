import type { Budget } from "./budget.ts";
import type { Phases } from "./plan.ts";
import type { Action, Crowd } from "./workload.ts";

/** What a scenario needs to find. Rows and users are spread evenly over the tenants. */
export interface World {
  readonly tenants: number;
  readonly users: number;
  readonly rows: number;
}

/** The numbers of a run. The names come from `settings` alone, or a helper for some of them would be taken for all. */
type Numbers<Name extends string> = Readonly<Record<NoInfer<Name>, number>>;

/** The part of a definition that both kinds have: something that can be run by name. */
export interface Described<Name extends string> {
  readonly name: string;
  readonly question: string;
  /** Meaning of each number that a profile has to give. */
  readonly settings: Readonly<Record<Name, string>>;
  readonly world: (settings: Numbers<Name>) => World;
  readonly budgets: (settings: Numbers<Name>) => readonly Budget[];
  /** Settings of the services of a local cluster, where the product's own would make the scenario too long. */
  readonly clusterEnv?: Readonly<Record<string, string>>;
}

/** A scenario: what is asked, by what crowds, and when the answer is good enough. Runs in k6 and in Node. */
export interface Definition<Name extends string> extends Described<Name> {
  readonly phases: (settings: Numbers<Name>) => Phases;
  readonly crowds: (settings: Numbers<Name>) => readonly Crowd[];
  readonly actions?: (settings: Numbers<Name>) => readonly Action[];
}

export type Scenario = Definition<string>;

/** Checks a definition against the names of its own settings. */
export function defineScenario<const Name extends string>(definition: Definition<Name>): Scenario {
  return definition as unknown as Scenario;
}

/** The numbers that most scenarios have. */
export const phaseSettings = {
  rampSeconds: "time over which the sockets are opened",
  holdSeconds: "time during which changes are made",
  settleSeconds: "time that the last signals may take",
  judgeSeconds: "time over which the sockets compare with the database and leave",
} as const;

/** Phases as their settings say. */
export function phasesOf(settings: Readonly<Record<keyof typeof phaseSettings, number>>): Phases {
  const { rampSeconds, holdSeconds, settleSeconds, judgeSeconds } = settings;
  return { rampSeconds, holdSeconds, settleSeconds, judgeSeconds };
}

/** What holds in every scenario that delivers signals, whatever its load. */
export const correctness: readonly Budget[] = [
  {
    metric: "rt_delivery_ratio",
    expression: "rate==1",
    why: "a change that nobody hears of is the one unforgivable failure",
  },
  { metric: "rt_gaps", expression: "count==0", why: "a socket that says it is up to date must be up to date" },
  { metric: "rt_out_of_order", expression: "count==0", why: "an older version after a newer one would show old data" },
  {
    metric: "rt_foreign",
    expression: "count==0",
    why: "a signal for a row that was not asked for tells of other people's data",
  },
];

/** On a link that is never lost nothing is told twice. */
export const noRepeats: Budget = {
  metric: "rt_duplicates",
  expression: "count==0",
  why: "each repeated signal costs every client a request",
};

export const allConnect: Budget = {
  metric: "rt_connect_ok",
  expression: "rate==1",
  why: "a page that cannot connect is an outage for its user",
};

export const allSubscribe: Budget = {
  metric: "rt_subscribe_ok",
  expression: "rate==1",
  why: "rows that were refused stay silent",
};

export const allWritten: Budget = {
  metric: "rt_write_ok",
  expression: "rate==1",
  why: "without its changes the run has measured something else",
};

export const neverClosed: Budget = {
  metric: "rt_unexpected_close",
  expression: "count==0",
  why: "nothing in this scenario is a reason to lose a socket",
};
