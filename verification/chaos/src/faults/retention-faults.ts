import { setTimeout as wait } from "node:timers/promises";
import type pg from "pg";
import { type Fault, type FaultContext, randomPause, retryUntilDone } from "./fault.ts";

/** A day old enough for the log to drop it. */
const DAY = "((now() at time zone 'UTC')::date - 3)";

/** Data that expires while clients are disconnected: days of the log, and sessions. */
export const retentionFaults: readonly Fault[] = [
  {
    name: "log-dropped",
    async inject(context) {
      const { clients, random, cluster } = context;
      const away = random.sample(clients, random.int(1, clients.length));
      for (const { link } of away) link.inject({ kind: "refuse" });
      // Gateways that must read the log at this moment: one without hints, and one that starts and fills its replay ring.
      const withoutHints = random.pick(cluster.gateways);
      withoutHints.redis.inject({ kind: "stall", directions: ["down"] });
      const fresh = random.pick(cluster.gateways);
      await randomPause(random, 100, 2_000);
      await Promise.all([fresh.end("SIGKILL").then(() => fresh.start()), dropLog(context)]);
      for (const { link } of away.slice(0, away.length / 2)) link.heal();
      await dropLog(context);
      withoutHints.redis.heal();
      for (const { link } of away) link.heal();
    },
  },
  {
    name: "sessions-expired",
    async inject({ clients, random, sql }) {
      for (let n = random.int(1, 3); n > 0; n--) {
        const away = random.sample(clients, random.int(1, clients.length));
        for (const { link } of away) link.inject({ kind: "refuse" });
        await randomPause(random, 100, 1_000);
        await retryUntilDone(() =>
          sql.query(
            random.chance(0.5)
              ? "update app.rxdb_session set expires_ts = clock_timestamp() where random() < 0.7"
              : "with gone as (delete from app.rxdb_session where random() < 0.7 returning connection_id) delete from app.rxdb_subscription where connection_id in (select connection_id from gone)",
          ),
        );
        for (const { link } of away) link.heal();
        await randomPause(random, 0, 500);
      }
    },
  },
];

/** A day can be dropped only between writers; constant writing may prevent that for longer than this. */
const DROP_TIMEOUT_MS = 2_000;
const LOG = "logging_' || to_char(v_day, 'YYYYMMDD')";

/**
 * Backdates everything that was sent and drops it as housekeeping would. The dropped rows are copied first, to check later
 * that every acknowledged write reached the log.
 */
async function dropLog({ sql }: FaultContext): Promise<void> {
  await retryUntilDone(() =>
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
  await retryUntilDone(() => backdateSent(sql));
  for (const deadline = performance.now() + DROP_TIMEOUT_MS; ; await wait(50)) {
    try {
      await sql.query(`select app.drop_log_day(${DAY})`);
      return;
    } catch {
      if (performance.now() < deadline) continue;
      await retryUntilDone(() => deleteOldRows(sql));
      return;
    }
  }
}

const isSent = "sync_status = 'sent' and sync_seq is not null and created_ts > now() - interval '2 days'";

async function backdateSent(sql: pg.Pool): Promise<void> {
  await inTransaction(sql, [
    // Same lock order as a claim: state, then log.
    "select from app.sync_state for update",
    `insert into public.chaos_old_log select * from app.logging where ${isSent}`,
    `update app.logging set created_ts = (${DAY} + (created_ts at time zone 'UTC')::time) at time zone 'UTC' where ${isSent}`,
  ]);
}

/** Does row by row what dropping a day does at once. */
async function deleteOldRows(sql: pg.Pool): Promise<void> {
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
    // A connection with an open transaction must not return to the pool.
    client.release(broken);
  }
}
