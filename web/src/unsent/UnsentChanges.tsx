import { useAttention, useOutbox } from "@heliograph/client/react";
import { CircleCheck, CloudUpload } from "lucide-react";
import { Link } from "react-router";
import { entityInfo } from "../catalog/catalog.ts";
import { entityPath } from "../catalog/paths.ts";
import { RelativeTime } from "../components/RelativeTime.tsx";
import { StateMessage } from "../feedback/StateMessage.tsx";
import { ReferenceText } from "../value/ReferenceLabel.tsx";
import { AttentionCard } from "./AttentionCard.tsx";
import { isShowable, operationText } from "./change-text.ts";

/** All changes that the server does not have yet: first those that need a decision, then those waiting to be sent. */
export function UnsentChanges() {
  const attention = useAttention().items.filter(isShowable);
  const { entries } = useOutbox();
  const waiting = entries.filter(isShowable);
  return (
    <div className="max-w-3xl px-4 pb-10 sm:px-6">
      {attention.length > 0 ? (
        <section aria-label="Needs your decision" className="grid gap-3">
          <h2 className="font-semibold">Needs your decision</h2>
          {attention.map((item) => (
            <AttentionCard key={item.key} item={item} />
          ))}
        </section>
      ) : null}
      {waiting.length > 0 ? (
        <section aria-label="Waiting to be sent" className={attention.length > 0 ? "mt-8" : ""}>
          <h2 className="mb-2 font-semibold">Waiting to be sent</h2>
          <ol className="rounded-lg border border-line">
            {waiting.map((entry) => (
              <li
                key={entry.key}
                className="flex flex-wrap items-center gap-x-3 gap-y-0.5 border-line border-b px-4 py-2.5 last:border-b-0"
              >
                <CloudUpload className="size-4 shrink-0 text-ink-3" aria-hidden="true" />
                {entry.op === "remove" ? (
                  <span className="font-medium">{entityInfo(entry.entityCode).label}</span>
                ) : (
                  <Link
                    to={entityPath(entry.entityCode, entry.entityId)}
                    className="min-w-0 truncate font-medium underline-offset-2 hover:underline"
                  >
                    <ReferenceText entityCode={entry.entityCode} id={entry.entityId} />
                  </Link>
                )}
                <span className="text-ink-2 text-sm">
                  {operationText(entry.op, entry.changes)} ·{" "}
                  <RelativeTime value={new Date(entry.queuedAt).toISOString()} />
                </span>
                {entry.heldBy ? (
                  <span className="text-amber-fg text-sm">waits for your decision above</span>
                ) : entry.lastError ? (
                  <span className="text-ink-3 text-sm">{entry.lastError.message}</span>
                ) : null}
              </li>
            ))}
          </ol>
        </section>
      ) : null}
      {attention.length + waiting.length === 0 ? (
        <StateMessage icon={CircleCheck} title="Everything is saved">
          The server has received every change made on this device.
        </StateMessage>
      ) : null}
    </div>
  );
}
