import { type LogAction, logAction } from "@heliograph/protocol";

/**
 * One row of a table that changed, coalesced over a batch of log rows. Two rows that had the same id one after the other
 * are two changes.
 */
export interface LogChange {
  readonly entityCode: string;
  /** Canonical lower case. */
  readonly entityId: string;
  /** Action of the newest log row. */
  readonly action: LogAction;
  /** Highest version. */
  readonly version: number;
  /** Containers before and after, of all log rows of the batch. */
  readonly containerIds: readonly string[];
  /** The row is, or was, not readable by every member of its tenant. */
  readonly restricted: boolean;
  /** The set of users who may read the row may have changed. */
  readonly recheck: boolean;
  /** Time of the newest log row, milliseconds since 1970 on the database's clock. */
  readonly changedAt: number;
  /**
   * Version of the row's creation, if the creation is among the log rows and is not the newest of them. If the creation is
   * known to have happened and its version is not, a lower bound of it.
   */
  readonly createdVersion?: number;
}

/** Whether the change is a grant or a revocation. These carry no version of the row. */
export const isRightsChange = ({ action }: LogChange): boolean =>
  action === logAction.grant || action === logAction.revoke;

/** Version of the creation that the change includes; undefined if it includes none. */
export const creationVersionOf = ({ action, version, createdVersion }: LogChange): number | undefined =>
  action === logAction.create ? version : createdVersion;

/** Whether the change includes the creation of its row. */
export const includesCreation = (change: LogChange): boolean => creationVersionOf(change) !== undefined;
