import type { DownMessage } from "@heliograph/protocol";

/** Ids shown in one line; the rest is counted. */
const shown = 3;

function some(ids: readonly string[]): string {
  const more = ids.length - shown;
  return `${ids
    .slice(0, shown)
    .map((id) => id.slice(0, 8))
    .join(" ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** Short text of a message, for the failure message of a test. */
export function messageText(message: DownMessage): string {
  switch (message.type) {
    case "INVALIDATE": {
      const { entityCode, changes } = message.payload;
      return `INVALIDATE ${entityCode} ${some(changes.map(({ entityId }) => entityId))}`;
    }
    case "GONE":
      return `GONE ${message.payload.entityCode} ${some(message.payload.entityIds)}`;
    case "SUBSCRIBED": {
      const { entityCode, count, changed, gone } = message.payload;
      return `SUBSCRIBED ${entityCode} (${count}; ${changed.length} changed, ${gone.length} gone)`;
    }
    case "UNSUBSCRIBED":
      return `UNSUBSCRIBED (${message.payload.count})`;
    case "ERROR":
      return `ERROR ${message.payload.code}`;
    default:
      return message.type;
  }
}
