import type { DemoUser } from "@heliograph/db";
import pg from "pg";
import type { Dataset } from "../dataset.ts";

/** Rows that one user may read, by "entityCode/id". */
export type Readable = ReadonlyMap<string, ExpectedRow>;

/** A row as PostgreSQL has it. */
export interface ExpectedRow {
  readonly version: number;
  /** Project of a task. */
  readonly projectId: string | null;
  /** Title or name. */
  readonly text: string;
  readonly isPrivate: boolean;
}

/** What clients must show: the database at one moment, as each user may read it. */
export interface ExpectedState {
  /** By person id. */
  readonly readable: ReadonlyMap<string, Readable>;
  /** Keys of all rows, regardless of rights. */
  readonly present: ReadonlySet<string>;
}

const QUERY = `
  select 'task/' || id as key, sync_version::float8 as version, project_id as "projectId", title as text, is_private as "isPrivate"
    from app.task where project_id = any ($1)
  union all
  select 'document/' || id, sync_version::float8, project_id, title, is_private from app.document where project_id = any ($1)
  union all
  select 'project/' || id, sync_version::float8, null, name, is_private from app.project where id = any ($1)`;

/** Long enough for a server that was just killed to recover on a busy machine. */
const CONNECT_MS = 20_000;

/** Reads the database under the rights of every user: what each client must show. */
export class ExpectedStateReader implements AsyncDisposable {
  readonly #pool: pg.Pool;
  readonly #dataset: Dataset;

  constructor(url: string, dataset: Dataset) {
    this.#dataset = dataset;
    this.#pool = new pg.Pool({ connectionString: url, max: 5, connectionTimeoutMillis: CONNECT_MS });
    this.#pool.on("error", () => undefined);
  }

  /** Reads in several transactions, so all writers must have stopped. */
  async read(): Promise<ExpectedState> {
    const projects = this.#dataset.tenants.flatMap((tenant) => [...tenant.projects, tenant.marker]);
    const users = this.#dataset.tenants.flatMap((tenant) => tenant.users);
    const [all, ...readable] = await Promise.all([
      this.#rows(null, projects),
      ...users.map(async (user) => [user.personId, await this.#rows(user, projects)] as const),
    ]);
    return { present: new Set(all.keys()), readable: new Map(readable) };
  }

  /** Changes the marker row that every client of a tenant holds; resolves to the new versions by organization. */
  async mark(): Promise<Map<string, number>> {
    const versions = new Map<string, number>();
    for (const { organizationId, marker } of this.#dataset.tenants) {
      const { rows } = await this.#pool.query<{ version: string }>(
        "update app.project set progress_percent = (progress_percent + 1) % 100 where id = $1 returning sync_version as version",
        [marker],
      );
      versions.set(organizationId, Number(rows[0]?.version));
    }
    return versions;
  }

  /** Violations in the sequence of the log: every number from the oldest to the head must exist exactly once. */
  async sequenceViolations(): Promise<string[]> {
    const { rows } = await this.#pool.query<{ violation: string }>(
      `with state as (select min_seq, head_seq from app.sync_state),
            log as (select distinct id, sync_seq from ${await this.#wholeLog()} l, state
                     where sync_seq between min_seq and head_seq),
            found as (select count(*) as rows, count(distinct sync_seq) as numbers from log)
       select format('the log has %3$s of the numbers %1$s to %2$s, in %4$s rows', greatest(min_seq, 1), head_seq, numbers, rows) as violation
         from state, found
        where rows <> numbers or numbers <> greatest(0, head_seq - greatest(min_seq, 1) + 1)`,
    );
    return rows.map(({ violation }) => violation);
  }

  /** Acknowledged versions that are missing from the log. */
  async lost(acknowledged: Iterable<{ entityCode: string; id: string; version: number }>): Promise<string[]> {
    const rows = [...acknowledged];
    const log = await this.#wholeLog();
    const { rows: missing } = await this.#pool.query<{ key: string }>(
      `select a.entity_code || '/' || a.id || ' ' || a.version as key
         from unnest($1::text[], $2::text[], $3::bigint[]) as a (entity_code, id, version)
        where not exists (select from ${log} l
                           where l.entity_code = a.entity_code and l.entity_id = a.id and l.entity_version >= a.version)`,
      [rows.map((row) => row.entityCode), rows.map((row) => row.id), rows.map((row) => row.version)],
    );
    return missing.map(({ key }) => key);
  }

  /** The newest log rows of an entity, oldest first, to diagnose a difference. */
  async logOf(key: string): Promise<string[]> {
    const { rows } = await this.#pool.query<{ line: string }>(
      `select concat_ws(' ', to_char(created_ts at time zone 'utc', 'HH24:MI:SS.MS'), 'action', action, 'version', entity_version,
                        'restricted', restricted, 'recheck', recheck, sync_status, sync_seq,
                        to_char(sync_processed_ts at time zone 'utc', 'HH24:MI:SS.MS'), container_ids::text) as line
         from app.logging where entity_code = $1 and entity_id = $2 order by entity_version desc, id desc limit 15`,
      key.split("/"),
    );
    return rows.map(({ line }) => line).reverse();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.end();
  }

  /** The log with the days that a fault dropped: the fault copies them to a table of its own first. */
  async #wholeLog(): Promise<string> {
    const { rows } = await this.#pool.query<{ exists: boolean }>(
      "select to_regclass('public.chaos_old_log') is not null as exists",
    );
    const columns = "id, entity_code, entity_id, entity_version, sync_seq";
    return rows[0]?.exists
      ? `(select ${columns} from app.logging union all select ${columns} from public.chaos_old_log)`
      : "app.logging";
  }

  async #rows(user: DemoUser | null, projects: readonly string[]): Promise<Readable> {
    const client = await this.#pool.connect();
    let broken: Error | undefined;
    try {
      await client.query("begin read only");
      if (user !== null) {
        await client.query(
          `select set_config('role', 'heliograph_app', true), set_config('app.person_id', $1, true),
                  set_config('app.organization_id', $2, true)`,
          [user.personId, user.organizationId],
        );
      }
      const { rows } = await client.query<ExpectedRow & { key: string }>(QUERY, [projects]);
      await client.query("commit");
      return new Map(rows.map((row) => [row.key, row]));
    } catch (error) {
      broken = error instanceof Error ? error : new Error(String(error));
      throw broken;
    } finally {
      client.release(broken);
    }
  }
}
