import type { SyncStatus } from "@heliograph/client";
import { Link } from "react-router";
import { changesPath } from "../catalog/paths.ts";
import { RelativeTime } from "../components/RelativeTime.tsx";
import type { SyncText } from "./sync-text.ts";

interface Props {
  status: SyncStatus;
  text: SyncText;
  /** Number of unsent changes as text; undefined if there are none. */
  unsent: string | undefined;
  onLeave: () => void;
}

/** Details about the sync status, shown on request. */
export function SyncDetails({ status, text, unsent, onLeave }: Props) {
  return (
    <div className="text-sm">
      <p className="font-semibold text-ink">{text.label}</p>
      <p className="mt-1 text-ink-2">{text.detail}</p>
      <dl className="mt-3 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 border-line border-t pt-3 text-ink-3">
        <dt>Status since</dt>
        <dd className="text-right text-ink-2">
          <RelativeTime value={new Date(status.since).toISOString()} />
        </dd>
        {status.lastMessageAt ? (
          <>
            <dt>Last message from the server</dt>
            <dd className="text-right text-ink-2">
              <RelativeTime value={new Date(status.lastMessageAt).toISOString()} />
            </dd>
          </>
        ) : null}
        {status.caughtUpAt ? (
          <>
            <dt>Up to date as of</dt>
            <dd className="text-right text-ink-2">
              <RelativeTime value={new Date(status.caughtUpAt).toISOString()} />
            </dd>
          </>
        ) : null}
        {status.outbox.oldest === undefined ? null : (
          <>
            <dt>Oldest unsent change</dt>
            <dd className="text-right text-ink-2">
              <RelativeTime value={new Date(status.outbox.oldest).toISOString()} />
            </dd>
          </>
        )}
        <dt>Data kept on this device</dt>
        <dd className="text-right text-ink-2">{status.storage === "memory" ? "until you reload" : "yes"}</dd>
        <dt>Connection</dt>
        <dd className="text-right text-ink-2">
          {status.notShared ? "this tab only" : status.leader ? "this tab" : "another tab"}
        </dd>
      </dl>
      {status.storageReason ? <p className="mt-2 text-ink-3">{status.storageReason}</p> : null}
      {status.lastError ? (
        <p className="mt-2 text-ink-3">
          Last error, <RelativeTime value={new Date(status.lastError.at).toISOString()} />: {status.lastError.message}
        </p>
      ) : null}
      <Link
        to={changesPath}
        onClick={onLeave}
        className="mt-3 block border-line border-t pt-3 font-medium text-link underline-offset-2 hover:underline"
      >
        {unsent ? `View ${unsent}` : "Changes on this device"}
      </Link>
    </div>
  );
}
