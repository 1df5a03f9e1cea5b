import { epochMs } from "../engine/epoch.ts";
import type { SimDatabase } from "./database.ts";
import { type Person, rowKey } from "./rows.ts";

export type Result = { readonly rows: readonly object[]; readonly rowCount: number };
type Values = readonly unknown[];
/** `as`: the person whose policies apply, when the connection has set one. */
type Run = (database: SimDatabase, values: Values, as: Person | undefined) => Result;

const rowsOf = (rows: readonly object[]): Result => ({ rows, rowCount: rows.length });
const nothing = rowsOf([]);
const texts = (value: unknown): readonly string[] => value as readonly string[];
const numbers = (value: unknown): readonly number[] => value as readonly number[];

/** The named statements of watcher and gateway. */
const named: Readonly<Record<string, Run>> = {
  lead(database, [me, seconds]) {
    const lease = database.lead(me as string, (seconds as number) * 1000);
    return rowsOf(lease ? [{ head_seq: lease.head, log_epoch: lease.epoch }] : []);
  },
  "claim-recent": (database, values) => claim(database, values, 10_000),
  "claim-all": (database, values) => claim(database, values, Number.POSITIVE_INFINITY),
  "read-log": (database, [after, limit]) => rowsOf(database.log.read(after as number, limit as number)),
  "read-head"(database) {
    const { lease, log, nowMs } = database;
    const oldest = Math.min(...log.pending.map(({ createdMs }) => createdMs));
    return rowsOf([
      {
        log_epoch: lease.epoch,
        head_seq: log.head,
        min_seq: log.minSeq,
        leaderless_ms: lease.untilMs < nowMs ? epochMs + Math.max(lease.untilMs, nowMs - 86_400_000) : null,
        oldest_ms: oldest < nowMs - 5000 ? epochMs + oldest : null,
      },
    ]);
  },
  "lost-sessions"(database, [connections, gateways, generations]) {
    const lost = texts(connections).flatMap((id, at) => {
      const row = database.tables.sessions.get(id);
      const same = row?.gatewayId === texts(gateways)[at] && row?.generation === numbers(generations)[at];
      return same ? [] : [{ connection_id: id, missing: row === undefined }];
    });
    return rowsOf(lost);
  },
  "resume-sessions"(database, [connections, users, organizations, gateway]) {
    const taken = texts(connections).flatMap((connectionId, at) => {
      const userId = texts(users)[at] ?? "";
      const organizationId = texts(organizations)[at] ?? "";
      const owner = { connectionId, userId, organizationId, gatewayId: gateway as string };
      const row = database.tables.take(owner, database.nowMs);
      if (!row) return [];
      const held = database.tables.heldBy(connectionId);
      return [
        {
          connection_id: connectionId,
          user_id: userId,
          organization_id: organizationId,
          generation: row.generation,
          entity_codes: held.map(({ entityCode }) => entityCode),
          entity_ids: held.map(({ id }) => id),
          containers: held.map(({ container }) => container),
          refused: held.map(({ refused }) => refused),
        },
      ];
    });
    return rowsOf(taken);
  },
  "gateway-heartbeat"(database, [id]) {
    const row = database.tables.gateways.get(id as string);
    if (row) row.heartbeatMs = database.nowMs;
    return { rows: [], rowCount: row ? 1 : 0 };
  },
};

function claim(database: SimDatabase, [me, limit, expectedHead]: Values, withinMs: number): Result {
  const range = database.claim(me as string, limit as number, expectedHead as number, withinMs);
  return rowsOf(range ? [{ first_seq: range[0], last_seq: range[1], log_epoch: range[2] }] : []);
}

type OwnedRow = { readonly connectionId: string };

/** The sessions of the first three parameters that this gateway and generation still own. */
function owned(database: SimDatabase, [connections, gateways, generations]: Values): OwnedRow[] {
  return texts(connections).flatMap((id, at) => {
    const row = database.tables.owned(id, texts(gateways)[at] ?? "", numbers(generations)[at] ?? 0);
    return row ? [row] : [];
  });
}

function changeHeld(how: "hold" | "release"): Run {
  return (database, values) => {
    const [, , , connections, codes, ids, containers, refusals] = values;
    const live = new Set(owned(database, values).map(({ connectionId }) => connectionId));
    for (const [at, connectionId] of texts(connections).entries()) {
      if (!live.has(connectionId)) continue;
      const container = (containers as readonly boolean[])[at] ?? false;
      const refused = (refusals as readonly boolean[] | undefined)?.[at] ?? false;
      const held = { entityCode: texts(codes)[at] ?? "", id: texts(ids)[at] ?? "", container, refused };
      if (how === "hold") database.tables.hold(connectionId, held);
      else database.tables.release(connectionId, held);
    }
    return rowsOf([...live].map((connection_id) => ({ connection_id })));
  };
}

/** Unnamed statements, by text that only they contain. */
const others: readonly (readonly [RegExp, Run])[] = [
  [
    /app\.resign/,
    (database, [me]) => {
      database.resign(me as string);
      return nothing;
    },
  ],
  [
    /min\(sync_seq\) as first/,
    (database, [least, head, maxAgeMs]) => {
      const entries = [...database.log.sent].filter(
        ([seq, { sentMs }]) =>
          seq > (least as number) && seq <= (head as number) && sentMs > database.nowMs - (maxAgeMs as number),
      );
      return rowsOf([{ first: entries.length > 0 ? Math.min(...entries.map(([seq]) => seq)) : null }]);
    },
  ],
  [
    /insert into app\.rxdb_session /,
    (database, [connections, users, organizations, gateways, generations]) => {
      for (const [at, connectionId] of texts(connections).entries()) {
        database.tables.create({
          connectionId,
          userId: texts(users)[at] ?? "",
          organizationId: texts(organizations)[at] ?? "",
          gatewayId: texts(gateways)[at] ?? "",
          generation: numbers(generations)[at] ?? 1,
          expiresMs: undefined,
        });
      }
      return nothing;
    },
  ],
  [/insert into app\.rxdb_subscription /, changeHeld("hold")],
  [/delete from app\.rxdb_subscription b\s+using live/, changeHeld("release")],
  [
    /delete from app\.rxdb_session s using owned/,
    (database, values) => {
      for (const { connectionId } of owned(database, values)) database.tables.end(connectionId);
      return nothing;
    },
  ],
  [
    /update app\.rxdb_session s/,
    (database, values) => {
      for (const { connectionId } of owned(database, values)) {
        const row = database.tables.sessions.get(connectionId);
        if (row) row.expiresMs = database.nowMs + (values[3] as number);
      }
      return nothing;
    },
  ],
  [
    /delete from app\.gateway where id = \$1/,
    (database, [id, graceMs]) => {
      database.tables.gateways.delete(id as string);
      for (const row of database.tables.sessions.values()) {
        if (row.gatewayId === id && row.expiresMs === undefined) row.expiresMs = database.nowMs + (graceMs as number);
      }
      return nothing;
    },
  ],
  [
    /insert into app\.gateway /,
    (database, [id]) => {
      if (!database.tables.gateways.has(id as string))
        database.tables.gateways.set(id as string, { heartbeatMs: database.nowMs });
      return nothing;
    },
  ],
];

const userRead = /from "app"\."(\w+)" where "id" = any/;
const tenantRead = /select app\.current_tenant_id\(\) as id/;

/** Reads of ids under row level security, and of the tenant. */
function readAsUser(text: string, database: SimDatabase, [ids]: Values, as: Person): Result | undefined {
  if (tenantRead.test(text)) {
    const member = database.members.has(`${as.personId} ${as.organizationId}`);
    return rowsOf([{ id: member ? as.organizationId : null }]);
  }
  const entityCode = userRead.exec(text)?.[1];
  if (entityCode === undefined) return undefined;
  const found = texts(ids).flatMap((id) => {
    const row = database.rows.get(rowKey(entityCode, id));
    return row && database.mayRead(as, row) ? [{ id, version: row.version }] : [];
  });
  return rowsOf(found);
}

const endedRead = /unnest\(\$1::text\[\]\) as ended/;

/** Which of these deleted rows the person had an own right to, as an admin or by a grant. */
function readEnded(text: string, database: SimDatabase, [ids, entityCode]: Values, as: Person): Result | undefined {
  if (!endedRead.test(text)) return undefined;
  const admin = database.members.get(`${as.personId} ${as.organizationId}`) === "admin";
  return rowsOf(
    texts(ids)
      .filter((id) => admin || database.hasGrant(entityCode as string, id, as))
      .map((id) => ({ id })),
  );
}

/** Executes a statement at one instant. */
export function runStatement(
  database: SimDatabase,
  statement: { readonly name: string | undefined; readonly text: string; readonly values: Values },
  as: Person | undefined,
): Result {
  const { name, text, values } = statement;
  const byName = name === undefined ? undefined : named[name];
  if (byName) return byName(database, values, as);
  const asUser = as && (readAsUser(text, database, values, as) ?? readEnded(text, database, values, as));
  if (asUser) return asUser;
  for (const [pattern, run] of others) if (pattern.test(text)) return run(database, values, as);
  throw new UnknownStatementError(text);
}

/** A gap of the model and no finding: the product uses a statement that the simulated database does not implement. */
export class UnknownStatementError extends Error {
  override readonly name = "UnknownStatementError";
  constructor(text: string) {
    super(`The simulated database does not implement this statement; add it to statements.ts: ${text.trim()}`);
  }
}
