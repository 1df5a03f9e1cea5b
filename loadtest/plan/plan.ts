/** Address of one gateway, or of the load balancer in front of several. */
export interface Target {
  /** For example "http://127.0.0.1:4000", without a trailing slash. */
  readonly http: string;
  /** For example "ws://127.0.0.1:4000/ws/sync". */
  readonly ws: string;
}

/**
 * Values of the wire protocol that journeys need at run time. They travel in the plan because k6 cannot import the
 * protocol package.
 */
export interface ProtocolConstants {
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

/** A user on whose behalf sockets are opened. */
export interface LoadUser {
  readonly token: string;
  /** Index in `Plan.tenants`. */
  readonly tenant: number;
}

/** An organization. It owns `rows[from]` to `rows[to - 1]`, and every n-th user, where n is the number of tenants. */
export interface Tenant {
  readonly from: number;
  readonly to: number;
}

/** Moments of a run, milliseconds since 1970. */
export interface Timeline {
  readonly start: number;
  /** All sockets are open from this moment on. */
  readonly writeFrom: number;
  readonly writeUntil: number;
  /** A change that has not been delivered by this moment counts as lost. */
  readonly verifyFrom: number;
  /** Clients verify and close one after the other between `verifyFrom` and this moment. */
  readonly end: number;
}

/** Lengths of the phases, seconds. */
export interface Phases {
  readonly rampSeconds: number;
  readonly holdSeconds: number;
  readonly settleSeconds: number;
  readonly verifySeconds: number;
}

/** The timeline of a run that starts at `start`, milliseconds since 1970. */
export function timelineFrom(start: number, phases: Phases): Timeline {
  const writeFrom = start + phases.rampSeconds * 1000;
  const writeUntil = writeFrom + phases.holdSeconds * 1000;
  const verifyFrom = writeUntil + phases.settleSeconds * 1000;
  return { start, writeFrom, writeUntil, verifyFrom, end: verifyFrom + phases.verifySeconds * 1000 };
}

/** Everything that defines a run, except users and rows, which are long lists. Passed to k6 as a file. */
export interface Plan {
  readonly scenario: string;
  readonly profile: string;
  /** Marks the rows that this run changes. */
  readonly run: string;
  readonly targets: readonly Target[];
  readonly protocol: ProtocolConstants;
  /** Entity code and column of the rows that are changed. */
  readonly entityCode: string;
  readonly column: string;
  readonly tenants: readonly Tenant[];
  readonly settings: Readonly<Record<string, number>>;
  /** Tokens that the server must reject; the name says what is wrong with each. */
  readonly invalidTokens: readonly { readonly name: string; readonly token: string }[];
  readonly phases: Phases;
  /**
   * Longest wait for late signals and lost sockets once verification begins, milliseconds. What arrives within it is late
   * and shows in the latencies; what does not is lost.
   */
  readonly lateLimitMs: number;
  /** Whether the database and the generator read the same clock. */
  readonly sharedClock: boolean;
}

/** A list that may live outside the program's own memory: k6 shares one copy among all virtual users. */
export interface LongList<T> {
  readonly length: number;
  readonly [index: number]: T;
}
