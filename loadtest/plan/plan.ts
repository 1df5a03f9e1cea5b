/** One address of the product. */
export interface Target {
  /** For example "http://127.0.0.1:4000", without a slash at the end. */
  readonly http: string;
  /** For example "ws://127.0.0.1:4000/ws/sync". */
  readonly ws: string;
}

/** Names of the protocol that journeys need as values; taken from the product when the plan is made. */
export interface Wire {
  readonly subprotocol: string;
  readonly tokenPrefix: string;
  readonly maxIdsPerMessage: number;
  readonly closeCodes: {
    readonly restart: number;
    readonly tooBig: number;
    readonly tooSlow: number;
    readonly noPong: number;
    readonly badMessage: number;
    readonly tooFast: number;
  };
}

/** Somebody in whose name sockets are opened. */
export interface LoadUser {
  readonly token: string;
  /** Index in `Plan.tenants`. */
  readonly tenant: number;
}

/** An organization: its rows are `rows[from]` to `rows[to - 1]`, its users every n-th, n being the number of tenants. */
export interface Tenant {
  readonly from: number;
  readonly to: number;
}

/** Moments of a run, milliseconds since 1970. */
export interface Timeline {
  readonly start: number;
  /** All sockets are open from here on. */
  readonly writeFrom: number;
  readonly writeUntil: number;
  /** What was not told by now is lost. */
  readonly judgeAt: number;
  /** Judging and closing are spread from there to here. */
  readonly end: number;
}

/** Lengths of the phases, seconds. */
export interface Phases {
  readonly rampSeconds: number;
  readonly holdSeconds: number;
  readonly settleSeconds: number;
  readonly judgeSeconds: number;
}

/** The times of a run that starts now. */
export function timelineFrom(start: number, phases: Phases): Timeline {
  const writeFrom = start + phases.rampSeconds * 1000;
  const writeUntil = writeFrom + phases.holdSeconds * 1000;
  const judgeAt = writeUntil + phases.settleSeconds * 1000;
  return { start, writeFrom, writeUntil, judgeAt, end: judgeAt + phases.judgeSeconds * 1000 };
}

/** All that a run is made of, except users and rows, which are long lists. Passed to k6 as a file. */
export interface Plan {
  readonly scenario: string;
  readonly profile: string;
  /** Marks the rows that this run changes. */
  readonly run: string;
  readonly targets: readonly Target[];
  readonly wire: Wire;
  /** Type and column of the rows that are changed. */
  readonly entityCode: string;
  readonly column: string;
  readonly tenants: readonly Tenant[];
  readonly settings: Readonly<Record<string, number>>;
  /** Tokens that must be refused, each with what is wrong with it. */
  readonly badTokens: readonly { readonly name: string; readonly token: string }[];
  readonly phases: Phases;
  /** What comes later than this after the end is lost, and so is a socket that has not come back, milliseconds. */
  readonly patienceMs: number;
  /** Whether the clock of the database is the clock of the generator. */
  readonly sharedClock: boolean;
}

/** A list that may live outside of the program's memory: k6 shares one copy among all its virtual users. */
export interface LongList<T> {
  readonly length: number;
  readonly [index: number]: T;
}
