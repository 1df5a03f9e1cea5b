import { coalesce } from "@heliograph/server-kit";
import { logPageSize } from "./feed.ts";
import type { FeedPosition } from "./feed-position.ts";
import type { LogReader } from "./log-reader.ts";
import type { ReplayRing, ReplayRingOptions } from "./replay-ring.ts";

/**
 * Fills the ring with the recent changes up to the head, before sockets are accepted. After a deployment every socket asks
 * for these changes, and each would read the log.
 */
export async function fillReplayRing(
  ring: ReplayRing,
  log: LogReader,
  head: FeedPosition,
  { maxItems, maxAgeMs }: Pick<ReplayRingOptions, "maxItems" | "maxAgeMs">,
): Promise<void> {
  let after = await log.recentAfter(head.seq, { maxRows: maxItems, maxAgeMs });
  ring.restart({ epoch: head.epoch, seq: after });
  while (after < head.seq) {
    const rows = await log.readLog(after, Math.min(logPageSize, head.seq - after));
    const last = rows.at(-1);
    if (!last || last.sync_seq !== after + rows.length) break;
    ring.push({ epoch: head.epoch, after, seq: last.sync_seq, changes: coalesce(rows) });
    after = last.sync_seq;
  }
  // The log has a gap: nothing before the head can be replayed from memory.
  if (after < head.seq) ring.restart(head);
}
