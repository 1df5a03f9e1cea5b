import { appendFileSync, chownSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { copyRunningData } from "./copy-data.ts";
import { type PostgresListen, type PostgresPlace, type PostgresServer, startPostgres } from "./server.ts";

/** Settings that a server needs in addition before a standby can follow it. */
export const replicationSettings: Readonly<Record<string, string>> = {
  wal_level: "replica",
  max_wal_senders: "4",
  max_replication_slots: "4",
  // A walsender that remains after its standby died must not block synchronous commits for the default minute.
  wal_sender_timeout: "5s",
};

const TIMEOUT_MS = 30_000;
const POLL_MS = 20;

export interface StandbyOptions {
  /** The running server to follow, started with `replicationSettings`. */
  readonly primary: {
    readonly place: PostgresPlace;
    /** Superuser URL of any database: 127.0.0.1 with a port, or a socket folder as `?host=`. */
    readonly url: string;
  };
  /** Created here, as is the socket folder; neither may exist. Put them next to the primary's, so that they are deleted with it. */
  readonly dataDirectory: string;
  readonly listen: PostgresListen;
  /** The settings of the primary: a standby refuses to start with a lower max_connections. */
  readonly settings: Readonly<Record<string, string>>;
  /** Default "standby". Two standbys of one primary need different names. */
  readonly name?: string;
  /** The primary acknowledges a commit only when this standby has it on disk. */
  readonly synchronous?: boolean;
}

/** A streaming standby. It answers reads until it is promoted; then it is a primary on a new timeline. */
export interface Standby extends AsyncDisposable {
  readonly server: PostgresServer;
  readonly place: PostgresPlace;
  /** Superuser URL of a database on this server. */
  url(database: string): string;
  /** Waits until everything that the primary has committed so far can be read here. */
  caughtUp(): Promise<void>;
  /** Stops receiving, so that later commits of the primary are lost at a promotion. Resolves when the receiver has stopped. */
  fallBehind(): Promise<void>;
  /** Resumes receiving where it stopped. */
  catchUp(): Promise<void>;
  /** Promotes the standby. Stop or fence the old primary first: it would still accept writes. */
  promote(): Promise<void>;
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + TIMEOUT_MS; ; ) {
    if (await condition()) return;
    if (Date.now() > deadline) throw new Error(`The standby did not ${what} within ${TIMEOUT_MS} ms.`);
    await wait(POLL_MS);
  }
}

/** libpq connection string of this URL, for the WAL receiver. */
function connectionInfo(url: string, name: string): string {
  const { hostname, port, username, password, searchParams } = new URL(url);
  const parts = {
    host: searchParams.get("host") ?? hostname,
    port: port || "5432",
    user: decodeURIComponent(username),
    ...(password === "" ? {} : { password: decodeURIComponent(password) }),
    application_name: name,
  };
  return Object.entries(parts)
    .map(([key, value]) => `${key}='${value}'`)
    .join(" ");
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Adds a rule for replication: "all" in pg_hba.conf does not include replication connections. */
async function allowReplication(primary: StandbyOptions["primary"]): Promise<void> {
  const socket = new URL(primary.url).searchParams.has("host");
  const rule = socket ? "local replication all trust" : "host replication all 127.0.0.1/32 scram-sha-256";
  await withClient(primary.url, async (client) => {
    const { rows } = await client.query(
      "select 1 from pg_hba_file_rules where 'replication' = any (database) and error is null and type = $1",
      [socket ? "local" : "host"],
    );
    if (rows.length > 0) return;
    appendFileSync(path.join(primary.place.dataDirectory, "pg_hba.conf"), `${rule}\n`);
    await client.query("select pg_reload_conf()");
  });
}

/** Copies the running primary into a data directory that starts as its standby. A slot retains the WAL that it has not received. */
async function copyAsStandby(options: StandbyOptions, name: string): Promise<void> {
  const { primary, dataDirectory } = options;
  await withClient(primary.url, async (client) => {
    await client.query("select pg_create_physical_replication_slot($1, true)", [name]);
    await client.query("select pg_backup_start($1, fast => true)", [name]);
    copyRunningData(primary.place.dataDirectory, dataDirectory, primary.place.account);
    const { rows } = await client.query<{ labelfile: string }>(
      "select labelfile from pg_backup_stop(wait_for_archive => false)",
    );
    const files = {
      backup_label: rows[0]?.labelfile ?? "",
      "standby.signal": "",
      // In a file, because `alter system` cannot change settings of the command line. Replaces the primary's own file, which
      // may make the primary wait for a standby: a promoted standby must not.
      "postgresql.auto.conf": `primary_conninfo = ${quoted(connectionInfo(primary.url, name))}\nprimary_slot_name = ${quoted(name)}\n`,
    };
    for (const [file, text] of Object.entries(files)) {
      const place = path.join(dataDirectory, file);
      writeFileSync(place, text, { mode: 0o600 });
      if (primary.place.account) chownSync(place, primary.place.account.uid, primary.place.account.gid);
    }
  });
}

/** Starts a standby of a running primary. pg_basebackup is not among the binaries from npm; see `copyAsStandby`. */
export async function startStandby(options: StandbyOptions): Promise<Standby> {
  const { primary, listen, synchronous = false } = options;
  const name = options.name ?? "standby";
  for (const folder of [options.dataDirectory, ...("socketFolder" in listen ? [listen.socketFolder] : [])]) {
    mkdirSync(folder, { mode: 0o700 });
    if (primary.place.account) chownSync(folder, primary.place.account.uid, primary.place.account.gid);
  }
  await allowReplication(primary);
  await copyAsStandby(options, name);
  const place: PostgresPlace = { ...primary.place, dataDirectory: options.dataDirectory };
  const server = await startPostgres(place, { listen, settings: { ...options.settings, hot_standby: "on" } });
  await using undo = new AsyncDisposableStack();
  undo.use(server);

  const url = (database: string): string => {
    const own = new URL(primary.url);
    own.pathname = `/${database}`;
    if ("port" in listen) {
      own.host = `127.0.0.1:${listen.port}`;
      own.searchParams.delete("host");
    } else own.searchParams.set("host", listen.socketFolder);
    return own.href;
  };
  // Each of these queries returns one value.
  const ask = async (address: string, text: string): Promise<unknown> =>
    withClient(address, async (client) => (await client.query({ text, rowMode: "array" })).rows[0]?.[0]);
  const here = (text: string): Promise<unknown> => ask(url("postgres"), text);
  const receiving = async (): Promise<boolean> =>
    (await here("select exists (select from pg_stat_wal_receiver where status = 'streaming')")) === true;
  const receiveFrom = async (info: string): Promise<void> =>
    withClient(url("postgres"), async (client) => {
      await client.query(`alter system set primary_conninfo = ${quoted(info)}`);
      await client.query("select pg_reload_conf()");
    });

  await until("start receiving", receiving);
  if (synchronous) {
    await withClient(primary.url, async (client) => {
      await client.query(`alter system set synchronous_standby_names = '"${name}"'`);
      await client.query("select pg_reload_conf()");
    });
    await until("become synchronous", async () => {
      const state = `select sync_state = 'sync' from pg_stat_replication where application_name = ${quoted(name)}`;
      return (await ask(primary.url, state)) === true;
    });
  }
  const all = undo.move();
  return {
    server,
    place,
    url,
    async caughtUp() {
      const position = await ask(primary.url, "select pg_current_wal_flush_lsn()::text");
      const passed = `select pg_last_wal_replay_lsn() >= ${quoted(String(position))}::pg_lsn`;
      await until("catch up", async () => (await here(passed)) === true);
    },
    async fallBehind() {
      await receiveFrom("");
      await until("stop receiving", async () => !(await receiving()));
    },
    async catchUp() {
      await receiveFrom(connectionInfo(primary.url, name));
      await until("receive again", receiving);
    },
    async promote() {
      if ((await here("select pg_promote(true, 30)")) !== true) throw new Error("The standby was not promoted.");
    },
    async [Symbol.asyncDispose]() {
      await all.disposeAsync();
    },
  };
}
