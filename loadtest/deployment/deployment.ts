import type { LoadUser, Plan } from "../plan/plan.ts";
import type { Action } from "../plan/workload.ts";

/** A service whose figures can be asked for. */
export interface Observed {
  readonly name: string;
  readonly kind: "gateway" | "watcher";
  readonly metricsUrl: string;
}

/** What is measured: the product, with people and rows for this run. */
export interface Site extends AsyncDisposable {
  readonly facts: Pick<Plan, "targets" | "tenants" | "sharedClock" | "badTokens" | "entityCode" | "column">;
  readonly users: readonly LoadUser[];
  readonly rows: readonly string[];
  /** Services as they are now. */
  observed(): readonly Observed[];
  /** Milliseconds that the oldest change waits for its place in the feed; null where nobody can know. */
  lagMs(): Promise<number | null>;
  /** Does something to the product; resolves when it is done. */
  act(action: Action["name"], signal: AbortSignal): Promise<void>;
  /** Rows that sockets of this run have left behind, after everything had time to go; null where nobody can know. */
  leftovers(): Promise<number | null>;
}
