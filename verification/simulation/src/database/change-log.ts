import { type LogAction, logAction } from "@heliograph/protocol";
import type { LogRow } from "@heliograph/server-kit";
import { epochMs } from "../engine/epoch.ts";
import { containersOf, type Row } from "./rows.ts";

/** A row of the log. It becomes visible when its transaction commits, which may be long after `createdMs`. */
export type LogEntry = {
  readonly entityCode: string;
  readonly id: string;
  readonly action: LogAction;
  readonly version: number;
  readonly containers: readonly string[];
  readonly restricted: boolean;
  readonly recheck: boolean;
  /** Milliseconds since the start of the simulation. */
  readonly createdMs: number;
  /** Order among entries of the same time. */
  readonly order: number;
  seq: number | undefined;
  sentMs: number;
};

export type Change = { readonly before: Row | undefined; readonly after: Row | undefined; readonly version: number };

/** The entry that the triggers write for a changed row. `granted`: ids of the persons with a grant for it. */
export function entryOf(
  { before, after, version }: Change,
  granted: readonly string[],
  createdMs: number,
  order: number,
): LogEntry {
  const row = after ?? before;
  if (!row) throw new Error("the change has no row");
  const action = !before ? logAction.create : after ? logAction.update : logAction.delete;
  const named = !after && before?.isPrivate ? granted : [];
  const containers = [
    ...new Set([...(before ? containersOf(before) : []), ...(after ? containersOf(after) : []), ...named]),
  ];
  return {
    entityCode: row.entityCode,
    id: row.id,
    action,
    version,
    containers,
    restricted: (before?.isPrivate ?? false) || (after?.isPrivate ?? false),
    recheck:
      before !== undefined && after !== undefined && (before.isPrivate !== after.isPrivate || before.org !== after.org),
    createdMs,
    order,
    seq: undefined,
    sentMs: 0,
  };
}

/** The entry for a grant or membership that was added or removed. */
export function rightsEntry(
  of: { entityCode: string; id: string; granted: boolean; containers: readonly string[]; version: number },
  createdMs: number,
  order: number,
): LogEntry {
  const { entityCode, id, granted, containers, version } = of;
  return {
    entityCode,
    id,
    action: granted ? logAction.grant : logAction.revoke,
    version,
    containers,
    restricted: true,
    recheck: true,
    createdMs,
    order,
    seq: undefined,
    sentMs: 0,
  };
}

/** The log with its three kinds of rows: pending, numbered, and dropped by retention. */
export class ChangeLog {
  pending: LogEntry[] = [];
  sent = new Map<number, LogEntry>();
  head = 0;
  minSeq = 1;

  append(entries: readonly LogEntry[]): void {
    this.pending.push(...entries);
  }

  /** Gives pending rows the next numbers, oldest first. Returns how many. */
  number(limit: number, fromMs: number, nowMs: number): number {
    const picked = this.pending
      .filter((entry) => entry.createdMs >= fromMs)
      .sort((a, b) => a.createdMs - b.createdMs || a.version - b.version || a.order - b.order)
      .slice(0, limit);
    for (const entry of picked) {
      this.head += 1;
      entry.seq = this.head;
      entry.sentMs = nowMs;
      this.sent.set(this.head, entry);
    }
    const numbered = new Set(picked);
    this.pending = this.pending.filter((entry) => !numbered.has(entry));
    return picked.length;
  }

  read(after: number, limit: number): LogRow[] {
    const rows: LogRow[] = [];
    for (let seq = Math.max(after + 1, this.minSeq); seq <= this.head && rows.length < limit; seq += 1) {
      const entry = this.sent.get(seq);
      if (entry) rows.push(toLogRow(entry, seq));
    }
    return rows;
  }

  /** Retention: drops the numbers up to and including `last`. */
  drop(last: number): void {
    for (let seq = this.minSeq; seq <= last; seq += 1) this.sent.delete(seq);
    this.minSeq = Math.max(this.minSeq, last + 1);
  }

  clone(): ChangeLog {
    const copy = new ChangeLog();
    copy.pending = this.pending.map((entry) => ({ ...entry }));
    copy.sent = new Map([...this.sent].map(([seq, entry]) => [seq, { ...entry }]));
    copy.head = this.head;
    copy.minSeq = this.minSeq;
    return copy;
  }
}

function toLogRow(entry: LogEntry, seq: number): LogRow {
  return {
    sync_seq: seq,
    entity_code: entry.entityCode,
    entity_id: entry.id,
    action: entry.action,
    entity_version: entry.version,
    container_ids: entry.containers,
    restricted: entry.restricted,
    recheck: entry.recheck,
    created_ms: epochMs + entry.createdMs,
  };
}
