import type { HistoryItem } from "@heliograph/client";
import { useClient } from "@heliograph/client/react";
import { useEffect, useState } from "react";
import { Avatar } from "../components/Avatar.tsx";
import { RelativeTime } from "../components/RelativeTime.tsx";
import { humanize } from "../format/humanize.ts";
import type { EntityCode, Row } from "./catalog.ts";
import { useFrozen } from "./drafts.tsx";

/** Entries shown; the audit log keeps all of them. */
const shown = 6;

const nothingRead = { version: undefined, items: [] };

function nameOf(item: HistoryItem): string {
  return typeof item.actor === "string" && item.actor ? item.actor : "The database";
}

function deedOf(item: HistoryItem): string {
  if (item.action === "CREATE") return "created this";
  if (item.action === "DELETE") return "deleted this";
  const columns = (item.columns ?? []).map((name) => humanize(name).toLowerCase());
  if (columns.length === 0) return "changed this";
  const named = columns.slice(0, 3).join(", ");
  return columns.length > 3 ? `changed ${named} and ${columns.length - 3} more` : `changed ${named}`;
}

/** Who changed what, newest first; read again with each new version of the row. */
export function History({ code, row }: { code: EntityCode; row: Row }) {
  const client = useClient();
  const frozen = useFrozen();
  const [{ items }, setRead] = useState<{ version: unknown; items: readonly HistoryItem[] }>(nothingRead);
  const { id, version } = row;
  useEffect(() => {
    if (frozen) return;
    const stop = new AbortController();
    client.api
      .history(code, id, { signal: stop.signal })
      .then((answer) => setRead({ version, items: answer.items.slice(0, shown) }))
      // A page without its history is still the page; the row itself says when it cannot be read.
      .catch(() => undefined);
    return () => stop.abort();
  }, [client, code, id, version, frozen]);
  if (items.length === 0) return null;
  return (
    <section aria-label="History" className="mt-6 border-line border-t pt-4">
      <h2 className="mb-2 font-semibold text-base">History</h2>
      <ul className="space-y-2.5">
        {items.map((item) => (
          <li key={item.version} className="flex items-start gap-2 text-sm">
            <Avatar name={nameOf(item)} />
            <p className="min-w-0 text-ink-2">
              <span className="font-medium text-ink">{nameOf(item)}</span> {deedOf(item)}
              <span className="text-ink-3">
                {" · "}
                <RelativeTime value={item.at} />
              </span>
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}
