import type { HistoryItem } from "@heliograph/client";
import { RotateCw } from "lucide-react";
import { useState } from "react";
import type { EntityCode, Row } from "../catalog/catalog.ts";
import { Avatar } from "../components/Avatar.tsx";
import { Button } from "../components/Button.tsx";
import { RelativeTime } from "../components/RelativeTime.tsx";
import { errorText } from "../feedback/error-text.ts";
import { HistorySkeleton } from "./HistorySkeleton.tsx";
import { historyText } from "./history-text.ts";
import { useHistory } from "./use-history.ts";

/** Entries shown at first, and entries that "Show more" adds. */
const first = 6;
const step = 20;

function actorOf(item: HistoryItem): string {
  return typeof item.actor === "string" && item.actor ? item.actor : "System";
}

function Entry({ entityCode, item }: { entityCode: EntityCode; item: HistoryItem }) {
  return (
    <li className="flex items-start gap-2 text-sm">
      <Avatar name={actorOf(item)} />
      <p className="min-w-0 break-words text-ink-2">
        <span className="font-medium text-ink">{actorOf(item)}</span> {historyText(entityCode, item)}
        <span className="text-ink-3">
          {" · "}
          <RelativeTime value={item.at} />
        </span>
      </p>
    </li>
  );
}

/** Who changed what, newest first. An empty history and a history that failed to load show different texts. */
export function HistoryEntries({ entityCode, row }: { entityCode: EntityCode; row: Row }) {
  const { items, status, error, retry } = useHistory(entityCode, row);
  const [shown, setShown] = useState(first);
  return (
    <>
      {items.length > 0 ? (
        <ol className="space-y-2.5">
          {items.slice(0, shown).map((item) => (
            <Entry key={item.version} entityCode={entityCode} item={item} />
          ))}
        </ol>
      ) : status === "loading" ? (
        <HistorySkeleton />
      ) : status === "ready" ? (
        <p className="text-ink-3 text-sm">No changes recorded yet</p>
      ) : null}
      {status === "error" ? (
        <div role="alert" className={`text-sm ${items.length > 0 ? "mt-3" : ""}`}>
          <p className="text-ink-2">
            <span className="font-medium text-danger">
              {items.length > 0 ? "The latest changes could not be loaded." : "The history could not be loaded."}
            </span>{" "}
            {errorText(error)}
          </p>
          <Button size="sm" className="mt-2" onClick={retry}>
            <RotateCw className="size-3.5" aria-hidden="true" /> Try again
          </Button>
        </div>
      ) : null}
      {items.length > shown ? (
        <Button
          size="sm"
          variant="ghost"
          className="-ml-2.5 mt-2"
          aria-label="Show more history"
          onClick={() => setShown(shown + step)}
        >
          Show more
        </Button>
      ) : null}
    </>
  );
}
