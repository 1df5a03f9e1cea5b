import { waitFor } from "@heliograph/testkit/wait/wait-for";
import type { Pool } from "pg";

/** Waits until the watcher has sequenced every row of the log. */
export async function feedSettled(pool: Pool, withinMs?: number): Promise<void> {
  await waitFor(
    "no pending row in app.logging",
    async () => {
      const { rowCount } = await pool.query(
        "select 1 from app.logging where sync_status = 'pending' and action <> 0 limit 1",
      );
      return rowCount === 0;
    },
    withinMs,
  );
}

/** Describes each gap and duplicate of the feed's sequence numbers, and a head that differs from the last number. */
export async function sequenceFaults(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ fault: string }>(/*sql*/ `
    with sent as (select sync_seq, lag(sync_seq) over (order by sync_seq) as before from app.logging where sync_seq is not null)
    select case when sync_seq = before then 'duplicate: ' || sync_seq else 'gap: ' || before || ' to ' || sync_seq end as fault
      from sent where before is not null and sync_seq <> before + 1
    union all
    select 'head ' || s.head_seq || ' but the last row has ' || coalesce((select max(sync_seq) from sent), 0)
      from app.sync_state s where s.head_seq <> coalesce((select max(sync_seq) from sent), 0)
    union all
    select 'sent without a number: ' || count(*) from app.logging
     where sync_status = 'sent' and sync_seq is null and action <> 0 having count(*) > 0`);
  return rows.map(({ fault }) => fault);
}
