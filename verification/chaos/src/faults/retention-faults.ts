import { setTimeout as wait } from "node:timers/promises";
import type pg from "pg";
import { type Fault, type FaultContext, insist, last } from "./fault.ts";

/** Old enough for the log to let go of it. */
const DAY = "((now() at time zone 'UTC')::date - 3)";

/** What is forgotten while somebody is away: days of the log, and sessions. */
export const retentionFaults: readonly Fault[] = [
  {
    name: "log-dropped",
    async strike(context) {
      const { clients, random, site } = context;
      const away = random.sample(clients, random.int(1, clients.length));
      for (const { link } of away) link.misbehave({ kind: "refuse" });
      // Pods that must read the log at the very moment; one of them starts, and fills its memory from it.
      const deaf = random.pick(site.gateways);
      deaf.redis.misbehave({ kind: "stall", directions: ["down"] });
      const fresh = random.pick(site.gateways);
      await last(random, 100, 2_000);
      await Promise.all([fresh.end("SIGKILL").then(() => fresh.start()), dropLog(context)]);
      for (const { link } of away.slice(0, away.length / 2)) link.heal();
      await dropLog(context);
      deaf.redis.heal();
      for (const { link } of away) link.heal();
    },
  },
  {
    name: "sessions-expired",
    async strike({ clients, random, sql }) {
      for (let n = random.int(1, 3); n > 0; n--) {
        const away = random.sample(clients, random.int(1, clients.length));
        for (const { link } of away) link.misbehave({ kind: "refuse" });
        await last(random, 100, 1_000);
        await insist(() =>
          sql.query(
            random.chance(0.5)
              ? "update app.rxdb_session set expires_ts = clock_timestamp() where random() < 0.7"
              : "with gone as (delete from app.rxdb_session where random() < 0.7 returning connection_id) delete from app.rxdb_subscription where connection_id in (select connection_id from gone)",
          ),
        );
        for (const { link } of away) link.heal();
        await last(random, 0, 500);
      }
    },
  },
];

/** Days are dropped between writers; somebody who always writes keeps one for longer than we wait. */
const PATIENCE_MS = 2_000;
const LOG = "logging_' || to_char(v_day, 'YYYYMMDD')";

/**
 * Lets everything that was sent grow old, and drops it as the housekeeper would. Whether acknowledged writes are in the log
 * is asked of what is put aside.
 */
async function dropLog({ sql }: FaultContext): Promise<void> {
  await insist(() =>
    sql.query(`do $$
      declare
        v_day date := ${DAY};
        v_part text := '${LOG};
      begin
        if to_regclass('app.' || v_part) is not null then return; end if;
        create table if not exists public.chaos_old_log (like app.logging);
        execute format('create table app.%I (like app.logging including defaults including constraints)', v_part);
        execute format('alter table app.logging attach partition app.%I for values from (%L) to (%L)',
          v_part, v_day || ' 00:00+00', (v_day + 1) || ' 00:00+00');
      end $$`),
  );
  await insist(() => growOld(sql));
  for (const deadline = performance.now() + PATIENCE_MS; ; await wait(50)) {
    try {
      await sql.query(`select app.drop_log_day(${DAY})`);
      return;
    } catch {
      if (performance.now() < deadline) continue;
      await insist(() => forget(sql));
      return;
    }
  }
}

const isSent = "sync_status = 'sent' and sync_seq is not null and created_ts > now() - interval '2 days'";

async function growOld(sql: pg.Pool): Promise<void> {
  await inTransaction(sql, [
    // The order of a claim: state, then log.
    "select from app.sync_state for update",
    `insert into public.chaos_old_log select * from app.logging where ${isSent}`,
    `update app.logging set created_ts = (${DAY} + (created_ts at time zone 'UTC')::time) at time zone 'UTC' where ${isSent}`,
  ]);
}

/** What dropping does, row by row. */
async function forget(sql: pg.Pool): Promise<void> {
  await inTransaction(sql, [
    "select from app.sync_state for update",
    `with gone as (delete from app.logging where created_ts < now() - interval '2 days' returning sync_seq)
     update app.sync_state set min_seq = greatest(min_seq, (select max(sync_seq) + 1 from gone))`,
  ]);
}

async function inTransaction(sql: pg.Pool, statements: readonly string[]): Promise<void> {
  const client = await sql.connect();
  let broken: Error | undefined;
  try {
    await client.query("begin");
    for (const statement of statements) await client.query(statement);
    await client.query("commit");
  } catch (error) {
    broken = error instanceof Error ? error : new Error(String(error));
    throw broken;
  } finally {
    // A connection in the middle of a transaction must not go back to the pool.
    client.release(broken);
  }
}
