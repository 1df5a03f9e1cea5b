import type pg from "pg";

export interface LogRow {
  readonly code: string;
  readonly entityId: string;
  readonly action: number;
  readonly version: bigint;
  readonly containerIds: string[];
  readonly restricted: boolean;
  readonly recheck: boolean;
  readonly status: string;
  readonly seq: bigint | null;
}

/** Codes of the column action of app.logging, by name. */
export const action = { view: 0, create: 1, update: 2, delete: 3, grant: 4, revoke: 5 } as const;

/** Reads the log of entity types, oldest first. */
export async function readLog(pool: pg.Pool, ...codes: string[]): Promise<LogRow[]> {
  const { rows } = await pool.query<{
    entity_code: string;
    entity_id: string;
    action: number;
    entity_version: string;
    container_ids: string[];
    restricted: boolean;
    recheck: boolean;
    sync_status: string;
    sync_seq: string | null;
  }>(
    `select entity_code, entity_id, action, entity_version::text, container_ids, restricted, recheck, sync_status, sync_seq::text
       from app.logging where entity_code = any ($1) order by created_ts, entity_version`,
    [codes],
  );
  return rows.map((row) => ({
    code: row.entity_code,
    entityId: row.entity_id,
    action: row.action,
    version: BigInt(row.entity_version),
    containerIds: row.container_ids,
    restricted: row.restricted,
    recheck: row.recheck,
    status: row.sync_status,
    seq: row.sync_seq === null ? null : BigInt(row.sync_seq),
  }));
}

/** Empties the log, so that a test sees only its own changes. */
export async function forgetLog(pool: pg.Pool): Promise<void> {
  await pool.query("truncate app.logging, app.logging_detail");
}

/** Counts the log rows of an entity type as `[action, count]`, in order of actions. */
export async function countByAction(pool: pg.Pool, entityCode: string): Promise<[number, number][]> {
  const { rows } = await pool.query<{ action: number; n: number }>(
    "select action, count(*)::int n from app.logging where entity_code = $1 group by action order by action",
    [entityCode],
  );
  return rows.map(({ action: which, n }) => [which, n]);
}

/** Returns the current version of a row of app.card. */
export async function versionOf(pool: pg.Pool, cardId: string): Promise<bigint> {
  const { rows } = await pool.query<{ version: string }>(
    "select sync_version::text as version from app.card where id = $1",
    [cardId],
  );
  const version = rows[0]?.version;
  if (version === undefined) throw new Error(`no card ${cardId}`);
  return BigInt(version);
}
