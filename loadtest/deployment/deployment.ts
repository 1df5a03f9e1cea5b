import type { LoadUser, Plan } from "../plan/plan.ts";
import type { Action } from "../plan/workload.ts";

/** A service whose metrics can be read. */
export interface ObservedService {
  readonly name: string;
  readonly kind: "gateway" | "watcher";
  readonly metricsUrl: string;
}

/** The deployment under test, with the users and rows of a run. */
export interface Deployment extends AsyncDisposable {
  readonly facts: Pick<Plan, "targets" | "tenants" | "sharedClock" | "invalidTokens" | "entityCode" | "column">;
  readonly users: readonly LoadUser[];
  readonly rows: readonly string[];
  /** The services that run at the moment. */
  services(): readonly ObservedService[];
  /** Age of the oldest change that is not in the feed yet, milliseconds; null where it cannot be known. */
  lagMs(): Promise<number | null>;
  /** Performs a fault or maintenance step; resolves when it is complete. */
  perform(action: Action["name"], signal: AbortSignal): Promise<void>;
  /**
   * Waits for the cleanup after closed sockets and returns how much of this run is left over, in rows or sockets; null where
   * it cannot be known.
   */
  countLeftovers(): Promise<number | null>;
}
