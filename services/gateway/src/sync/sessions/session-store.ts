import type { DatabasePool } from "@heliograph/server-kit";
import { Batcher } from "../../concurrency/batcher.ts";
import type { Subscription } from "../connection/connection-subscriptions.ts";
import type { Session } from "../connection/session.ts";
import type { SubscriptionRow, SubscriptionRowStore } from "../subscriptions/subscription-row-writer.ts";
import type { ExpectedSession, LostSession } from "./session-guard.ts";

interface SessionRows<Row extends Subscription = Subscription> {
  readonly session: Session;
  readonly subscriptions: readonly Row[];
}

/** A connection that a socket wants to resume. */
export type TakeoverRequest = Pick<Session, "connectionId" | "userId" | "organizationId" | "gatewayId">;
/** A connection that was taken over, with its live and its refused subscriptions. */
export interface Takeover {
  readonly session: Session;
  readonly subscriptions: readonly Subscription[];
  readonly refused: readonly Subscription[];
}

/** Most sessions whose rows one statement writes: at 1000 ids each, some 100 000 rows. */
const maxSessionsPerStatement = 100;
/**
 * Least time between two statements that take over, end or suspend sessions. When a gateway goes, its thousands of sockets
 * come within seconds but not at the same moment; the spacing groups them into few statements.
 */
const bulkSpacingMs = 200;
const maxBulk = 500;

/** Builds the statements once, because they contain the name of the schema. */
function sessionStatements(schema: string) {
  const createSessions = /*sql*/ `
    insert into ${schema}.rxdb_session (connection_id, user_id, organization_id, gateway_id, generation)
    select *
      from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::bigint[]) as new
    on conflict (connection_id) do nothing`;

  const mine = "unnest($1::uuid[], $2::uuid[], $3::bigint[]) as mine (connection_id, gateway_id, generation)";

  // Joined with the session: a late statement, after the gateway was declared dead or the socket ended, writes nothing.
  // Locked, so that a takeover at the same moment waits and sees these rows. In one order, or two gateways would deadlock.
  const live = /*sql*/ `
    live as materialized (
      select s.connection_id, s.user_id
        from ${mine} join ${schema}.rxdb_session s using (connection_id, gateway_id, generation)
       order by s.connection_id
         for share of s)`;

  // Of two rows with the same key the last one counts: one statement may not change a row twice.
  const putRows = /*sql*/ `
    with ${live},
    written as (
      insert into ${schema}.rxdb_subscription as b (connection_id, user_id, entity_code, entity_id, is_container, refused)
      select distinct on (connection_id, new.entity_code, new.entity_id, new.is_container)
             connection_id, live.user_id, new.entity_code, new.entity_id, new.is_container, new.refused
        from unnest($4::uuid[], $5::text[], $6::text[], $7::boolean[], $8::boolean[])
             with ordinality as new (connection_id, entity_code, entity_id, is_container, refused, place)
        join live using (connection_id)
       order by connection_id, new.entity_code, new.entity_id, new.is_container, new.place desc
      on conflict on constraint idx_rxdb_sub_connection do update set refused = excluded.refused where b.refused <> excluded.refused)
    select connection_id from live`;

  const removeRows = /*sql*/ `
    with ${live},
    removed as (
      delete from ${schema}.rxdb_subscription b
       using live, unnest($4::uuid[], $5::text[], $6::text[], $7::boolean[]) as old (connection_id, entity_code, entity_id, is_container)
       where b.connection_id = live.connection_id and old.connection_id = live.connection_id
         and b.entity_code = old.entity_code and b.entity_id = old.entity_id and b.is_container = old.is_container)
    select connection_id from live`;

  const owned = /*sql*/ `
    owned as materialized (
      select s.connection_id
        from ${mine} join ${schema}.rxdb_session s using (connection_id, gateway_id, generation)
       order by s.connection_id
         for update of s)`;

  const endSessions = /*sql*/ `
    with ${owned},
    ended as (
      delete from ${schema}.rxdb_session s using owned where s.connection_id = owned.connection_id returning s.connection_id)
    delete from ${schema}.rxdb_subscription b using ended where b.connection_id = ended.connection_id`;

  const suspendSessions = /*sql*/ `
    with ${owned}
    update ${schema}.rxdb_session s
       set disconnected_ts = clock_timestamp(), expires_ts = clock_timestamp() + $4::float8 * interval '1 ms'
      from owned
     where s.connection_id = owned.connection_id`;

  // Counts rows only up to the expected number; the rows beyond it are about to be deleted.
  const lostSessions = /*sql*/ `
    select mine.connection_id,
           case when s.connection_id is null then 'missing'
                when s.gateway_id <> mine.gateway_id or s.generation <> mine.generation then 'taken'
                else 'rows' end as why
      from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::int[]) as mine (connection_id, gateway_id, generation, expected)
      left join ${schema}.rxdb_session s on s.connection_id = mine.connection_id
     where s.connection_id is null or s.gateway_id <> mine.gateway_id or s.generation <> mine.generation
        or mine.expected > (select count(*)
                              from (select from ${schema}.rxdb_subscription b
                                     where b.connection_id = mine.connection_id limit mine.expected) as found)`;
  return { createSessions, putRows, removeRows, endSessions, suspendSessions, lostSessions };
}

const sessionColumns = (sessions: readonly Session[]): unknown[] => [
  sessions.map(({ connectionId }) => connectionId),
  sessions.map(({ gatewayId }) => gatewayId),
  sessions.map(({ generation }) => generation),
];

function rowColumns(jobs: readonly SessionRows[]): unknown[] {
  const rows = jobs.flatMap(({ session, subscriptions }) =>
    subscriptions.map((one) => ({ connectionId: session.connectionId, ...one })),
  );
  return [
    rows.map(({ connectionId }) => connectionId),
    rows.map(({ entityCode }) => entityCode),
    rows.map(({ entityId }) => entityId),
    rows.map(({ kind }) => kind === "within"),
  ];
}

interface TakenRow {
  connection_id: string;
  user_id: string;
  organization_id: string;
  generation: number;
  entity_codes: string[];
  entity_ids: string[];
  containers: boolean[];
  refused: boolean[];
}

const subscriptionsOf = (row: TakenRow, refused: boolean): Subscription[] =>
  row.entity_ids.flatMap((entityId, at) =>
    // Anything but a clear false counts as refused: its rights are read again before it is delivered.
    (row.refused[at] !== false) === refused
      ? [{ kind: row.containers[at] ? "within" : "id", entityCode: row.entity_codes[at] ?? "", entityId }]
      : [],
  );

/** Sessions and subscriptions in the database, written by statements that are grouped over sockets. */
export class SessionStore implements SubscriptionRowStore {
  readonly #pool: DatabasePool;
  readonly #statements: ReturnType<typeof sessionStatements>;
  readonly #graceMs: number;
  readonly #putting: Batcher<SessionRows<SubscriptionRow>, boolean>;
  readonly #removing: Batcher<SessionRows, boolean>;
  readonly #ending: Batcher<Session, undefined>;
  readonly #suspending: Batcher<Session, undefined>;
  readonly #taking: Batcher<TakeoverRequest, Takeover | "unknown" | "replaced">;

  /** `graceMs`: how long a connection may be resumed after its socket was lost. */
  constructor(pool: DatabasePool, { graceMs }: { graceMs: number }) {
    this.#pool = pool;
    this.#statements = sessionStatements(pool.names.schema);
    this.#graceMs = graceMs;
    const maxJobs = maxSessionsPerStatement;
    const bulk = { maxJobs: maxBulk, spacingMs: bulkSpacingMs };
    this.#putting = new Batcher((jobs) => this.#put(jobs), { maxJobs });
    this.#removing = new Batcher((jobs) => this.#remove(jobs), { maxJobs });
    this.#ending = new Batcher((sessions) => this.#end(sessions), bulk);
    this.#suspending = new Batcher((sessions) => this.#suspend(sessions), bulk);
    this.#taking = new Batcher((wanted) => this.#take(wanted), bulk);
  }

  put(session: Session, subscriptions: readonly SubscriptionRow[]): Promise<boolean> {
    return this.#putting.add({ session, subscriptions });
  }

  remove(session: Session, subscriptions: readonly Subscription[]): Promise<boolean> {
    return this.#removing.add({ session, subscriptions });
  }

  /** Deletes a session with its subscriptions, unless it was taken over. */
  end(session: Session): Promise<void> {
    return this.#ending.add(session);
  }

  /** Lets the session of a lost socket expire, unless it was taken over. */
  suspend(session: Session): Promise<void> {
    return this.#suspending.add(session);
  }

  /**
   * Makes this gateway the owner of a connection.
   *
   * @returns `unknown`: it does not exist, has expired, or belongs to another person or organization. `replaced`: a later
   * socket of this gateway took it over at the same moment.
   */
  takeOver(wanted: TakeoverRequest): Promise<Takeover | "unknown" | "replaced"> {
    return this.#taking.add(wanted);
  }

  /** The sessions among these whose rows no longer match memory. */
  async lost(expected: readonly ExpectedSession[]): Promise<LostSession[]> {
    const sessions = expected.map(({ session }) => session);
    const byId = new Map(sessions.map((session) => [session.connectionId, session]));
    const { rows } = await this.#pool.query<{ connection_id: string; why: LostSession["why"] }>({
      name: "lost-sessions",
      text: this.#statements.lostSessions,
      values: [...sessionColumns(sessions), expected.map((one) => one.rows)],
    });
    return rows.flatMap(({ connection_id, why }) => {
      const session = byId.get(connection_id);
      return session ? [{ session, why }] : [];
    });
  }

  async #put(jobs: readonly SessionRows<SubscriptionRow>[]): Promise<boolean[]> {
    const fresh = jobs.map(({ session }) => session).filter(({ created }) => !created);
    if (fresh.length > 0) {
      for (const session of fresh) session.attempted = true;
      const [connections, gateways, generations] = sessionColumns(fresh);
      const users = fresh.map(({ userId }) => userId);
      const organizations = fresh.map(({ organizationId }) => organizationId);
      await this.#pool.query(this.#statements.createSessions, [
        connections,
        users,
        organizations,
        gateways,
        generations,
      ]);
      for (const session of fresh) session.created = true;
    }
    return this.#whereLive(this.#statements.putRows, jobs, [
      jobs.flatMap(({ subscriptions }) => subscriptions.map(({ refused }) => refused)),
    ]);
  }

  #remove(jobs: readonly SessionRows[]): Promise<boolean[]> {
    return this.#whereLive(this.#statements.removeRows, jobs);
  }

  async #whereLive(statement: string, jobs: readonly SessionRows[], more: readonly unknown[] = []): Promise<boolean[]> {
    const { rows } = await this.#pool.query<{ connection_id: string }>(statement, [
      ...sessionColumns(jobs.map(({ session }) => session)),
      ...rowColumns(jobs),
      ...more,
    ]);
    const alive = new Set(rows.map(({ connection_id }) => connection_id));
    return jobs.map(({ session }) => alive.has(session.connectionId));
  }

  async #end(sessions: readonly Session[]): Promise<undefined[]> {
    await this.#pool.query(this.#statements.endSessions, sessionColumns(sessions));
    return sessions.map(() => undefined);
  }

  async #suspend(sessions: readonly Session[]): Promise<undefined[]> {
    await this.#pool.query(this.#statements.suspendSessions, [...sessionColumns(sessions), this.#graceMs]);
    return sessions.map(() => undefined);
  }

  async #take(wanted: readonly TakeoverRequest[]): Promise<(Takeover | "unknown" | "replaced")[]> {
    // If one batch names a connection twice, the statement moves it once, and the later request gets it.
    const last = new Map(wanted.map((one) => [keyOf(one), one]));
    // One gateway id in practice; two while this gateway is being declared dead.
    const byGateway = Map.groupBy(last.values(), ({ gatewayId }) => gatewayId);
    const taken = new Map<TakeoverRequest, Takeover>();
    for (const [gatewayId, group] of byGateway) {
      const { rows } = await this.#pool.query<TakenRow>({
        name: "resume-sessions",
        text: `select * from ${this.#pool.names.schema}.resume_sessions($1, $2, $3, $4)`,
        values: [
          group.map(({ connectionId }) => connectionId),
          group.map(({ userId }) => userId),
          group.map(({ organizationId }) => organizationId),
          gatewayId,
        ],
      });
      // By owner, too: another user may ask for the same connection in the same batch.
      const byOwner = new Map(
        rows.map((row) => [
          keyOf({ connectionId: row.connection_id, userId: row.user_id, organizationId: row.organization_id }),
          row,
        ]),
      );
      for (const one of group) {
        const row = byOwner.get(keyOf(one));
        if (!row) continue;
        const session = { ...one, generation: row.generation, attempted: true, created: true };
        taken.set(one, { session, subscriptions: subscriptionsOf(row, false), refused: subscriptionsOf(row, true) });
      }
    }
    return wanted.map((one) => (last.get(keyOf(one)) === one ? (taken.get(one) ?? "unknown") : "replaced"));
  }
}

const keyOf = ({ connectionId, userId, organizationId }: Omit<TakeoverRequest, "gatewayId">): string =>
  `${connectionId} ${userId} ${organizationId}`;
