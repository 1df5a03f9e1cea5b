import type { ReactNode } from "react";
import { time } from "./explain-row.ts";
import type { Recorder } from "./recorder.ts";

type Line = {
  readonly key: string;
  readonly entityCode: string;
  readonly entityId: string;
  readonly op: string;
  readonly state: string;
  readonly tone: "maybe" | "no";
  readonly at: number;
  readonly note: string;
  readonly changes: unknown;
};

/** Writes of this device that the server has not acknowledged, in the order in which they are sent. */
export function OutboxView({ recorder }: { recorder: Recorder }): ReactNode {
  const { outbox } = recorder.client;
  const lines: Line[] = [
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
      note: entry.lastError ? `${entry.attempts} attempts: ${entry.lastError.message}` : "",
    })),
  ];
  if (lines.length === 0) return <p className="empty">Everything is sent and acknowledged.</p>;
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
        {lines.map((line) => (
          <tr key={line.key}>
            <td className="mono">{time(line.at)}</td>
            <td>
              {line.op} {line.entityCode}
            </td>
            <td>
              <span className={`tag ${line.tone}`}>{line.state}</span>
            </td>
            <td className="wide">
              <details>
                <summary>
                  <span className="mono">{line.entityId}</span> {line.note}
                </summary>
                <pre className="mono">{JSON.stringify(line.changes, null, 2)}</pre>
              </details>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
