import type { Pool } from "pg";
import { Batcher } from "./batcher.ts";
import type { Held } from "./holdings.ts";
import type { Session } from "./session.ts";
import type { SubscriptionRows } from "./subscription-manager.ts";

type Rows = { readonly session: Session; readonly held: readonly Held[] };

/** A connection that a socket wants to go on with. */
export type Wanted = Pick<Session, "connectionId" | "userId" | "organizationId" | "gatewayId">;
/** A connection that was taken over, with what it holds. */
export type Taken = { readonly session: Session; readonly held: readonly Held[] };
/** `taken`: it belongs to another socket by now. `missing`: the row was lost. */
export type Lost = { readonly session: Session; readonly why: "taken" | "missing" };

/** Most sockets whose rows go into one statement: bounds its size, at 1000 ids each, to some 100 000 rows. */
const maxSessionsPerStatement = 100;
/**
 * Least time between two statements that take over or give up connections. When a pod goes, its thousands of sockets
 * come within seconds but not in the same moment: this is what makes them few statements.
 */
const herdSpacingMs = 100;
const maxHerd = 500;

const createSessions = /*sql*/ `
  insert into app.rxdb_session (connection_id, user_id, organization_id, gateway_id, generation)
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
      from ${mine} join app.rxdb_session s using (connection_id, gateway_id, generation)
     order by s.connection_id
       for share of s)`;

const addRows = /*sql*/ `
  with ${live},
  written as (
    insert into app.rxdb_subscription (connection_id, user_id, entity_code, entity_id, is_container)
    select connection_id, live.user_id, new.entity_code, new.entity_id, new.is_container
      from unnest($4::uuid[], $5::text[], $6::uuid[], $7::boolean[]) as new (connection_id, entity_code, entity_id, is_container)
      join live using (connection_id)
    on conflict do nothing)
  select connection_id from live`;

const removeRows = /*sql*/ `
  with ${live},
  removed as (
    delete from app.rxdb_subscription b
     using live, unnest($4::uuid[], $5::text[], $6::uuid[], $7::boolean[]) as old (connection_id, entity_code, entity_id, is_container)
     where b.connection_id = live.connection_id and old.connection_id = live.connection_id
       and b.entity_code = old.entity_code and b.entity_id = old.entity_id and b.is_container = old.is_container)
  select connection_id from live`;

const owned = /*sql*/ `
  owned as materialized (
    select s.connection_id
      from ${mine} join app.rxdb_session s using (connection_id, gateway_id, generation)
     order by s.connection_id
       for update of s)`;

const endSessions = /*sql*/ `
  with ${owned},
  ended as (
    delete from app.rxdb_session s using owned where s.connection_id = owned.connection_id returning s.connection_id)
  delete from app.rxdb_subscription b using ended where b.connection_id = ended.connection_id`;

const suspendSessions = /*sql*/ `
  with ${owned}
  update app.rxdb_session s
     set disconnected_ts = clock_timestamp(), expires_ts = clock_timestamp() + $4::float8 * interval '1 ms'
    from owned
   where s.connection_id = owned.connection_id`;

const lostSessions = /*sql*/ `
  select mine.connection_id, s.connection_id is null as missing
    from ${mine} left join app.rxdb_session s on s.connection_id = mine.connection_id
   where s.connection_id is null or s.gateway_id <> mine.gateway_id or s.generation <> mine.generation`;

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
};

const heldOf = ({ entity_codes, entity_ids, containers }: TakenRow): Held[] =>
  entity_ids.map((id, at) => ({ kind: containers[at] ? "within" : "id", code: entity_codes[at] ?? "", id }));

/** Sessions and subscriptions as rows, written in statements that are grouped over sockets. */
export class SessionStore implements SubscriptionRows {
  readonly #pool: Pool;
  readonly #graceMs: number;
  readonly #adding: Batcher<Rows, boolean>;
  readonly #removing: Batcher<Rows, boolean>;
  readonly #ending: Batcher<Session, undefined>;
  readonly #suspending: Batcher<Session, undefined>;
  readonly #taking: Batcher<Wanted, Taken | "unknown" | "replaced">;

  /** `graceMs`: how long a connection may be resumed after its socket was lost. */
  constructor(pool: Pool, { graceMs }: { graceMs: number }) {
    this.#pool = pool;
    this.#graceMs = graceMs;
    const maxJobs = maxSessionsPerStatement;
    const herd = { maxJobs: maxHerd, spacingMs: herdSpacingMs };
    this.#adding = new Batcher((jobs) => this.#add(jobs), { maxJobs });
    this.#removing = new Batcher((jobs) => this.#remove(jobs), { maxJobs });
    this.#ending = new Batcher((sessions) => this.#end(sessions), herd);
    this.#suspending = new Batcher((sessions) => this.#suspend(sessions), herd);
    this.#taking = new Batcher((wanted) => this.#take(wanted), herd);
  }

  add(session: Session, held: readonly Held[]): Promise<boolean> {
    return this.#adding.add({ session, held });
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
  async lost(sessions: readonly Session[]): Promise<Lost[]> {
    const byId = new Map(sessions.map((session) => [session.connectionId, session]));
    const { rows } = await this.#pool.query<{ connection_id: string; missing: boolean }>({
      name: "lost-sessions",
      text: lostSessions,
      values: sessionColumns(sessions),
    });
    return rows.flatMap(({ connection_id, missing }) => {
      const session = byId.get(connection_id);
      return session ? [{ session, why: missing ? ("missing" as const) : ("taken" as const) }] : [];
    });
  }

  async #add(jobs: readonly Rows[]): Promise<boolean[]> {
    const fresh = jobs.map(({ session }) => session).filter(({ created }) => !created);
    if (fresh.length > 0) {
      for (const session of fresh) session.attempted = true;
      const [connections, gateways, generations] = sessionColumns(fresh);
      const users = fresh.map(({ userId }) => userId);
      const organizations = fresh.map(({ organizationId }) => organizationId);
      await this.#pool.query(createSessions, [connections, users, organizations, gateways, generations]);
      for (const session of fresh) session.created = true;
    }
    return this.#whereLive(addRows, jobs);
  }

  #remove(jobs: readonly Rows[]): Promise<boolean[]> {
    return this.#whereLive(removeRows, jobs);
  }

  async #whereLive(statement: string, jobs: readonly Rows[]): Promise<boolean[]> {
    const { rows } = await this.#pool.query<{ connection_id: string }>(statement, [
      ...sessionColumns(jobs.map(({ session }) => session)),
      ...rowColumns(jobs),
    ]);
    const alive = new Set(rows.map(({ connection_id }) => connection_id));
    return jobs.map(({ session }) => alive.has(session.connectionId));
  }

  async #end(sessions: readonly Session[]): Promise<undefined[]> {
    await this.#pool.query(endSessions, sessionColumns(sessions));
    return sessions.map(() => undefined);
  }

  async #suspend(sessions: readonly Session[]): Promise<undefined[]> {
    await this.#pool.query(suspendSessions, [...sessionColumns(sessions), this.#graceMs]);
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
        text: "select * from app.resume_sessions($1, $2, $3, $4)",
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
        taken.set(one, { session, held: heldOf(row) });
      }
    }
    return wanted.map((one) => (last.get(keyOf(one)) === one ? (taken.get(one) ?? "unknown") : "replaced"));
  }
}

const keyOf = ({ connectionId, userId, organizationId }: Omit<Wanted, "gatewayId">): string =>
  `${connectionId} ${userId} ${organizationId}`;
