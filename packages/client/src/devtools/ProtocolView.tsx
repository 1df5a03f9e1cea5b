import { type ReactNode, useState } from "react";
import type { Frame } from "../connection/connection.ts";
import { FilterField } from "./FilterField.tsx";
import { formatCount, formatTime } from "./format.ts";
import { maxFrames, type Recorder } from "./recorder.ts";

/** The latest messages of this tab in both directions. */
export function ProtocolView({ recorder }: { recorder: Recorder }): ReactNode {
  const [text, setText] = useState("");
  const wanted = text.trim().toLowerCase();
  const all = recorder.frames();
  const shown = all.filter(
    ({ frame }) => wanted === "" || JSON.stringify(frame.message).toLowerCase().includes(wanted),
  );
  return (
    <>
      <div className="tools">
        <FilterField
          value={text}
          onChange={setText}
          placeholder="Message type, entity code or id"
          label="Filter messages"
        />
        <button type="button" className="push" onClick={() => recorder.clearFrames()}>
          Clear
        </button>
        <span className="tag">
          {shown.length} of the latest {Math.min(all.length, maxFrames)}
        </span>
      </div>
      {shown.length === 0 ? (
        <p className="empty">{wanted ? "No message matches." : "No message since recording began."}</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th>Time</th>
              <th>Direction</th>
              <th>Message</th>
            </tr>
          </thead>
          <tbody>
            {shown.toReversed().map(({ number, frame }) => (
              <tr key={number}>
                <td className="mono">{formatTime(frame.at)}</td>
                <td className={frame.direction}>{frame.direction === "up" ? "sent" : "received"}</td>
                <td className="wide">
                  <details>
                    <summary>
                      <span className="mono">{frame.message.type}</span> {summaryOf(frame)}
                    </summary>
                    <pre className="mono">{JSON.stringify(frame.message, null, 2)}</pre>
                  </details>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

function summaryOf({ message }: Frame): string {
  switch (message.type) {
    case "SUBSCRIBE":
    case "UNSUBSCRIBE": {
      const { entityCode, entityIds, within } = message.payload;
      const parts = [
        entityIds ? formatCount(entityIds.length, "row") : "",
        within ? `within ${formatCount(within.length, "container")}` : "",
      ];
      return `${entityCode}, ${parts.filter((part) => part !== "").join(", ") || "all"}`;
    }
    case "SUBSCRIBED": {
      const { entityCode, count, changed, gone } = message.payload;
      return `${entityCode}, ${count} held, ${changed.length} differ, ${gone.length} gone`;
    }
    case "INVALIDATE": {
      const { entityCode, changes } = message.payload;
      const [first] = changes;
      return changes.length === 1 && first
        ? `${entityCode} ${first.entityId} ${first.action}`
        : `${entityCode}, ${formatCount(changes.length, "change")}`;
    }
    case "GONE":
      return `${message.payload.entityCode}, ${formatCount(message.payload.entityIds.length, "row")}`;
    case "ERROR":
      return `${message.payload.code}: ${message.payload.message}`;
    case "RESET":
      return message.payload.reason;
    case "RESUMED":
      return `${formatCount(message.payload.count, "subscription")} kept`;
    default:
      return "";
  }
}
