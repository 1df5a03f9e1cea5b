import type { ReactNode } from "react";
import { formatCount, formatTime } from "./format.ts";
import type { Recorder } from "./recorder.ts";

interface OutboxRow {
  readonly key: string;
  readonly entityCode: string;
  readonly entityId: string;
  readonly op: string;
  readonly state: string;
  readonly tone: "maybe" | "no";
  readonly at: number;
  readonly note: string;
  readonly changes: unknown;
}

/** Writes of this device that the server has not acknowledged: first those that need a decision, then the queue. */
export function OutboxView({ recorder }: { recorder: Recorder }): ReactNode {
  const { outbox } = recorder.client;
  const rows: OutboxRow[] = [
    ...outbox.attention().items.map((item) => ({
      ...item,
      state: item.kind,
      tone: "no" as const,
      note: item.reason.message,
    })),
    ...outbox.snapshot().entries.map((entry) => ({
      ...entry,
      tone: "maybe" as const,
      at: entry.queuedAt,
      note: entry.lastError ? `${formatCount(entry.attempts, "attempt")}: ${entry.lastError.message}` : "",
    })),
  ];
  if (rows.length === 0) return <p className="empty">The server has acknowledged all writes.</p>;
  return (
    <table>
      <thead>
        <tr>
          <th>Queued</th>
          <th>Write</th>
          <th>State</th>
          <th>Changes</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.key}>
            <td className="mono">{formatTime(row.at)}</td>
            <td>
              {row.op} {row.entityCode}
            </td>
            <td>
              <span className={`tag ${row.tone}`}>{row.state}</span>
            </td>
            <td className="wide">
              <details>
                <summary>
                  <span className="mono">{row.entityId}</span> {row.note}
                </summary>
                <pre className="mono">{JSON.stringify(row.changes, null, 2)}</pre>
              </details>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
