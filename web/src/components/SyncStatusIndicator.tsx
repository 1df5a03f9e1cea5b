import { useSyncStatus } from "@heliograph/client/react";
import { CloudUpload } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Link } from "react-router";
import { changesPath } from "../entity/paths.ts";
import { useAnnounce } from "./Announcer.tsx";
import { Popover } from "./Popover.tsx";
import { RelativeTime } from "./RelativeTime.tsx";
import { type SyncWords, syncWords } from "./sync-words.ts";

const dots: Record<SyncWords["tone"], string> = {
  live: "bg-ok",
  busy: "bg-signal animate-[blink_1.2s_ease-in-out_infinite]",
  warn: "bg-signal",
  off: "bg-ink-3",
};

/** How long a state must last before it is announced, in milliseconds: a blink of the network is not worth a word. */
const settled = 2_500;

function useSeconds(active: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!active) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [active]);
  return now;
}

function useAnnouncedState(label: string): void {
  const announce = useAnnounce();
  const said = useRef<string | undefined>(undefined);
  // The countdown would speak every second.
  const steady = label.replace(/ in \d+ s$/, "…");
  useEffect(() => {
    const timer = setTimeout(() => {
      if (said.current !== undefined && said.current !== steady) announce(`Sync: ${steady}`);
      said.current = steady;
    }, settled);
    return () => clearTimeout(timer);
  }, [steady, announce]);
}

/** A dot and words for the state of the connection; more on request. */
export function SyncStatusIndicator() {
  const status = useSyncStatus();
  const now = useSeconds(status.state === "connecting" && status.retryAt !== undefined);
  const words = syncWords(status, now);
  useAnnouncedState(words.label);
  const unsent = status.outbox.size + status.attention;
  const unsentWords = unsent === 1 ? "1 unsent change" : `${unsent} unsent changes`;
  return (
    <Popover
      label={`Sync status: ${words.label}${unsent > 0 ? `, ${unsentWords}` : ""}`}
      buttonClass="flex h-8 items-center gap-2 rounded-md px-2 text-ink-2 text-sm hover:bg-sunken hover:text-ink"
      panelClass="w-72 p-3.5"
      button={
        <>
          <span aria-hidden="true" className={`size-2 shrink-0 rounded-full ${dots[words.tone]}`} />
          <span
            data-testid="sync-state"
            className={words.tone === "live" ? "hidden sm:inline" : "max-w-32 truncate sm:max-w-none"}
          >
            {words.label}
          </span>
          {unsent > 0 ? (
            <span className="flex items-center gap-1 text-ink-2 tabular-nums" title={unsentWords}>
              <CloudUpload className="size-4 text-ink-3" aria-hidden="true" />
              {unsent}
              <span className="sr-only"> unsent</span>
            </span>
          ) : null}
        </>
      }
    >
      {(close) => (
        <div className="text-sm">
          <p className="font-semibold text-ink">{words.label}</p>
          <p className="mt-1 text-ink-2">{words.detail}</p>
          <dl className="mt-3 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 border-line border-t pt-3 text-ink-3">
            <dt>Since</dt>
            <dd className="text-right text-ink-2">
              <RelativeTime value={new Date(status.since).toISOString()} />
            </dd>
            {status.lastMessageAt ? (
              <>
                <dt>Last word from the server</dt>
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
            <dt>Kept on this device</dt>
            <dd className="text-right text-ink-2">{status.storage === "memory" ? "until reload" : "yes"}</dd>
            <dt>Connection</dt>
            <dd className="text-right text-ink-2">
              {status.notShared ? "this tab's own" : status.leader ? "shared by this tab" : "through another tab"}
            </dd>
          </dl>
          {status.storageReason ? <p className="mt-2 text-ink-3">{status.storageReason}</p> : null}
          {status.lastError ? (
            <p className="mt-2 text-ink-3">
              Last failure, <RelativeTime value={new Date(status.lastError.at).toISOString()} />:{" "}
              {status.lastError.message}
            </p>
          ) : null}
          <Link
            to={changesPath}
            onClick={close}
            className="mt-3 block border-line border-t pt-3 font-medium text-link underline-offset-2 hover:underline"
          >
            {unsent > 0 ? `Look at ${unsentWords}` : "Changes on this device"}
          </Link>
        </div>
      )}
    </Popover>
  );
}
