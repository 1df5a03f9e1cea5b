import type { Pool } from "pg";
import { Batcher } from "./batcher.ts";
import type { Held } from "./holdings.ts";
import type { Session } from "./session.ts";
import type { SubscriptionRows } from "./subscription-manager.ts";

type Rows = { readonly session: Session; readonly held: readonly Held[] };

/** Most sockets whose rows go into one statement: bounds its size, at 1000 ids each, to some 100 000 rows. */
const maxSessionsPerStatement = 100;

const createSessions = /*sql*/ `
  insert into app.rxdb_session (connection_id, user_id, gateway_id, generation)
  select connection_id, user_id, gateway_id, generation
    from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[]) as new (connection_id, user_id, gateway_id, generation)
  on conflict (connection_id) do nothing`;

// Joined with the session: a statement that comes late, after the pod was given up or the socket ended, writes nothing.
const addRows = /*sql*/ `
  with live as (
    select s.connection_id, s.user_id
      from unnest($1::uuid[], $2::uuid[], $3::bigint[]) as mine (connection_id, gateway_id, generation)
      join app.rxdb_session s using (connection_id, gateway_id, generation)),
  written as (
    insert into app.rxdb_subscription (connection_id, user_id, entity_code, entity_id, is_container)
    select connection_id, live.user_id, new.entity_code, new.entity_id, new.is_container
      from unnest($4::uuid[], $5::text[], $6::uuid[], $7::boolean[]) as new (connection_id, entity_code, entity_id, is_container)
      join live using (connection_id)
    on conflict do nothing)
  select connection_id from live`;

const removeRows = /*sql*/ `
  delete from app.rxdb_subscription b
   using unnest($1::uuid[], $2::uuid[], $3::bigint[]) as mine (connection_id, gateway_id, generation)
    join app.rxdb_session s using (connection_id, gateway_id, generation),
         unnest($4::uuid[], $5::text[], $6::uuid[], $7::boolean[]) as old (connection_id, entity_code, entity_id, is_container)
   where b.connection_id = s.connection_id and old.connection_id = s.connection_id
     and b.entity_code = old.entity_code and b.entity_id = old.entity_id and b.is_container = old.is_container`;

const endSessions = /*sql*/ `
  with ended as (
    delete from app.rxdb_session s
     using unnest($1::uuid[], $2::uuid[], $3::bigint[]) as mine (connection_id, gateway_id, generation)
     where s.connection_id = mine.connection_id and s.gateway_id = mine.gateway_id and s.generation = mine.generation
    returning s.connection_id)
  delete from app.rxdb_subscription b using ended where b.connection_id = ended.connection_id`;

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

/** Sessions and subscriptions as rows, written in statements that are grouped over sockets. */
export class SessionStore implements SubscriptionRows {
  readonly #pool: Pool;
  readonly #adding: Batcher<Rows, boolean>;
  readonly #removing: Batcher<Rows, undefined>;
  readonly #ending: Batcher<Session, undefined>;

  constructor(pool: Pool) {
    this.#pool = pool;
    const maxJobs = maxSessionsPerStatement;
    this.#adding = new Batcher((jobs) => this.#add(jobs), { maxJobs });
    this.#removing = new Batcher((jobs) => this.#remove(jobs), { maxJobs });
    this.#ending = new Batcher((sessions) => this.#end(sessions), { maxJobs: 1000 });
  }

  add(session: Session, held: readonly Held[]): Promise<boolean> {
    return this.#adding.add({ session, held });
  }

  remove(session: Session, held: readonly Held[]): Promise<void> {
    return this.#removing.add({ session, held });
  }

  /** Deletes a session with its subscriptions, unless somebody else owns it by now. */
  end(session: Session): Promise<void> {
    return this.#ending.add(session);
  }

  async #add(jobs: readonly Rows[]): Promise<boolean[]> {
    const fresh = jobs.map(({ session }) => session).filter(({ created }) => !created);
    if (fresh.length > 0) {
      for (const session of fresh) session.attempted = true;
      const [connections, gateways, generations] = sessionColumns(fresh);
      const users = fresh.map(({ userId }) => userId);
      await this.#pool.query(createSessions, [connections, users, gateways, generations]);
      for (const session of fresh) session.created = true;
    }
    const { rows } = await this.#pool.query<{ connection_id: string }>(addRows, [
      ...sessionColumns(jobs.map(({ session }) => session)),
      ...rowColumns(jobs),
    ]);
    const live = new Set(rows.map(({ connection_id }) => connection_id));
    return jobs.map(({ session }) => live.has(session.connectionId));
  }

  async #remove(jobs: readonly Rows[]): Promise<undefined[]> {
    await this.#pool.query(removeRows, [...sessionColumns(jobs.map(({ session }) => session)), ...rowColumns(jobs)]);
    return jobs.map(() => undefined);
  }

  async #end(sessions: readonly Session[]): Promise<undefined[]> {
    await this.#pool.query(endSessions, sessionColumns(sessions));
    return sessions.map(() => undefined);
  }
}
