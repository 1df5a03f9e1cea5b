import type { DatabasePool } from "@heliograph/server-kit";
import { Batcher } from "../../concurrency/batcher.ts";
import type { Held } from "../subscriptions/connection-subscriptions.ts";
import type { Row, SubscriptionRows } from "../subscriptions/subscription-row-writer.ts";
import type { Session } from "./session.ts";
import type { Expected, Lost } from "./session-guard.ts";

type Rows<Of extends Held = Held> = { readonly session: Session; readonly held: readonly Of[] };

/** A connection that a socket wants to go on with. */
export type Wanted = Pick<Session, "connectionId" | "userId" | "organizationId" | "gatewayId">;
/** A connection that was taken over, with what it holds and what it was refused. */
export type Taken = { readonly session: Session; readonly held: readonly Held[]; readonly dormant: readonly Held[] };

/** Most sockets whose rows go into one statement: bounds its size, at 1000 ids each, to some 100 000 rows. */
const maxSessionsPerStatement = 100;
/**
 * Least time between two statements that take over or give up connections. When a pod goes, its thousands of sockets
 * come within seconds but not in the same moment: this is what makes them few statements.
 */
const herdSpacingMs = 200;
const maxHerd = 500;

/** The statements of the store, built once: they hold the name of the schema. */
function sessionStatements(schema: string) {
  const createSessions = /*sql*/ `
    insert into ${schema}.rxdb_session (connection_id, user_id, organization_id, gateway_id, generation)
    select *
      from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::bigint[]) as new
    on conflict (connection_id) do nothing`;

  const mine = "unnest($1::uuid[], $2::uuid[], $3::bigint[]) as mine (connection_id, gateway_id, generation)";

  // Joined with the session: a statement that comes late, after the pod was given up or the socket ended, writes nothing.
  // Locked, so that whoever takes the connection over in the same moment waits, and sees these rows. In one order, or two
  // pods would wait for each other.
  const live = /*sql*/ `
    live as materialized (
      select s.connection_id, s.user_id
        from ${mine} join ${schema}.rxdb_session s using (connection_id, gateway_id, generation)
       order by s.connection_id
         for share of s)`;

  // The last of two rows that name the same: one statement may not touch a row twice.
  const putRows = /*sql*/ `
    with ${live},
    written as (
      insert into ${schema}.rxdb_subscription as b (connection_id, user_id, entity_code, entity_id, is_container, dormant)
      select distinct on (connection_id, new.entity_code, new.entity_id, new.is_container)
             connection_id, live.user_id, new.entity_code, new.entity_id, new.is_container, new.dormant
        from unnest($4::uuid[], $5::text[], $6::uuid[], $7::boolean[], $8::boolean[])
             with ordinality as new (connection_id, entity_code, entity_id, is_container, dormant, place)
        join live using (connection_id)
       order by connection_id, new.entity_code, new.entity_id, new.is_container, new.place desc
      on conflict on constraint idx_rxdb_sub_connection do update set dormant = excluded.dormant where b.dormant <> excluded.dormant)
    select connection_id from live`;

  const removeRows = /*sql*/ `
    with ${live},
    removed as (
      delete from ${schema}.rxdb_subscription b
       using live, unnest($4::uuid[], $5::text[], $6::uuid[], $7::boolean[]) as old (connection_id, entity_code, entity_id, is_container)
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

  // Rows are counted only as far as they are expected. More of them than that are on their way out.
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

function rowColumns(jobs: readonly Rows[]): unknown[] {
  const rows = jobs.flatMap(({ session, held }) => held.map((one) => ({ connectionId: session.connectionId, ...one })));
  return [
    rows.map(({ connectionId }) => connectionId),
    rows.map(({ code }) => code),
    rows.map(({ id }) => id),
    rows.map(({ kind }) => kind === "within"),
  ];
}

type TakenRow = {
  connection_id: string;
  user_id: string;
  organization_id: string;
  generation: number;
  entity_codes: string[];
  entity_ids: string[];
  containers: boolean[];
  dormants: boolean[];
};

const heldOf = ({ entity_codes, entity_ids, containers, dormants }: TakenRow, dormant: boolean): Held[] =>
  entity_ids.flatMap((id, at) =>
    // Anything but a clear answer counts as refused, which is read again before it is told.
    (dormants[at] !== false) === dormant
      ? [{ kind: containers[at] ? "within" : "id", code: entity_codes[at] ?? "", id }]
      : [],
  );

/** Sessions and subscriptions as rows, written in statements that are grouped over sockets. */
export class SessionStore implements SubscriptionRows {
  readonly #pool: DatabasePool;
  readonly #statements: ReturnType<typeof sessionStatements>;
  readonly #graceMs: number;
  readonly #putting: Batcher<Rows<Row>, boolean>;
  readonly #removing: Batcher<Rows, boolean>;
  readonly #ending: Batcher<Session, undefined>;
  readonly #suspending: Batcher<Session, undefined>;
  readonly #taking: Batcher<Wanted, Taken | "unknown" | "replaced">;

  /** `graceMs`: how long a connection may be resumed after its socket was lost. */
  constructor(pool: DatabasePool, { graceMs }: { graceMs: number }) {
    this.#pool = pool;
    this.#statements = sessionStatements(pool.names.schema);
    this.#graceMs = graceMs;
    const maxJobs = maxSessionsPerStatement;
    const herd = { maxJobs: maxHerd, spacingMs: herdSpacingMs };
    this.#putting = new Batcher((jobs) => this.#put(jobs), { maxJobs });
    this.#removing = new Batcher((jobs) => this.#remove(jobs), { maxJobs });
    this.#ending = new Batcher((sessions) => this.#end(sessions), herd);
    this.#suspending = new Batcher((sessions) => this.#suspend(sessions), herd);
    this.#taking = new Batcher((wanted) => this.#take(wanted), herd);
  }

  put(session: Session, held: readonly Row[]): Promise<boolean> {
    return this.#putting.add({ session, held });
  }

  remove(session: Session, held: readonly Held[]): Promise<boolean> {
    return this.#removing.add({ session, held });
  }

  /** Deletes a session with its subscriptions, unless somebody else owns it by now. */
  end(session: Session): Promise<void> {
    return this.#ending.add(session);
  }

  /** The socket is lost: from now on the session expires, unless somebody else owns it by now. */
  suspend(session: Session): Promise<void> {
    return this.#suspending.add(session);
  }

  /**
   * Makes a connection this gateway's own. `unknown`: it does not exist, has expired, or is not this person's in this
   * organization. `replaced`: a later socket of this pod took it in the same moment.
   */
  take(wanted: Wanted): Promise<Taken | "unknown" | "replaced"> {
    return this.#taking.add(wanted);
  }

  /** Those of these sessions that are no longer as they are remembered here. */
  async lost(expected: readonly Expected[]): Promise<Lost[]> {
    const sessions = expected.map(({ session }) => session);
    const byId = new Map(sessions.map((session) => [session.connectionId, session]));
    const { rows } = await this.#pool.query<{ connection_id: string; why: Lost["why"] }>({
      name: "lost-sessions",
      text: this.#statements.lostSessions,
      values: [...sessionColumns(sessions), expected.map((one) => one.rows)],
    });
    return rows.flatMap(({ connection_id, why }) => {
      const session = byId.get(connection_id);
      return session ? [{ session, why }] : [];
    });
  }

  async #put(jobs: readonly Rows<Row>[]): Promise<boolean[]> {
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
      jobs.flatMap(({ held }) => held.map(({ dormant }) => dormant)),
    ]);
  }

  #remove(jobs: readonly Rows[]): Promise<boolean[]> {
    return this.#whereLive(this.#statements.removeRows, jobs);
  }

  async #whereLive(statement: string, jobs: readonly Rows[], more: readonly unknown[] = []): Promise<boolean[]> {
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

  async #take(wanted: readonly Wanted[]): Promise<(Taken | "unknown" | "replaced")[]> {
    // The same connection twice in one batch: the statement moves it on once, so only the later one may have it.
    const last = new Map(wanted.map((one) => [keyOf(one), one]));
    // One gateway id in practice; a pod that was given up in this moment has two.
    const byGateway = Map.groupBy(last.values(), ({ gatewayId }) => gatewayId);
    const taken = new Map<Wanted, Taken>();
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
      // By its owner, too: somebody else may ask for the same connection in the same batch.
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
        taken.set(one, { session, held: heldOf(row, false), dormant: heldOf(row, true) });
      }
    }
    return wanted.map((one) => (last.get(keyOf(one)) === one ? (taken.get(one) ?? "unknown") : "replaced"));
  }
}

const keyOf = ({ connectionId, userId, organizationId }: Omit<Wanted, "gatewayId">): string =>
  `${connectionId} ${userId} ${organizationId}`;
