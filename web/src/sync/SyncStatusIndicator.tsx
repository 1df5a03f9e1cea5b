import { useSyncStatus } from "@heliograph/client/react";
import { CloudUpload } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Link } from "react-router";
import { changesPath } from "../catalog/paths.ts";
import { useAnnounce } from "../components/Announcer.tsx";
import { Popover } from "../components/Popover.tsx";
import { deferred } from "../feedback/deferred.tsx";
import { type SyncText, syncText } from "./sync-text.ts";

const SyncDetails = deferred(async () => (await import("./SyncDetails.tsx")).SyncDetails);

const dots: Record<SyncText["tone"], string> = {
  live: "bg-ok",
  busy: "bg-signal animate-[blink_1.2s_ease-in-out_infinite]",
  warn: "bg-signal",
  off: "bg-ink-3",
};

/** How long a state must last before it is announced, in ms. Short interruptions are not worth an announcement. */
const announceAfterMs = 2_500;

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
  const announced = useRef<string | undefined>(undefined);
  // Without the countdown, which would be announced every second.
  const steady = label.replace(/ in \d+ s$/, "…");
  useEffect(() => {
    const timer = setTimeout(() => {
      if (announced.current !== undefined && announced.current !== steady) announce(`Sync: ${steady}`);
      announced.current = steady;
    }, announceAfterMs);
    return () => clearTimeout(timer);
  }, [steady, announce]);
}

/** The sync status as a dot and a label, with details on request. */
export function SyncStatusIndicator() {
  const status = useSyncStatus();
  const now = useSeconds(status.state === "connecting" && status.retryAt !== undefined);
  const text = syncText(status, now);
  useAnnouncedState(text.label);
  const unsent = status.outbox.size + status.attention;
  const unsentText = unsent === 1 ? "1 unsent change" : `${unsent} unsent changes`;
  return (
    <>
      {unsent > 0 ? (
        <Link
          to={changesPath}
          aria-label={unsentText}
          title={unsentText}
          className="flex h-8 items-center gap-1 rounded-md px-1.5 text-ink-2 text-sm tabular-nums hover:bg-sunken hover:text-ink"
        >
          <CloudUpload className="size-4 text-ink-3" aria-hidden="true" />
          {unsent}
        </Link>
      ) : null}
      <Popover
        label={`Sync status: ${text.label}${unsent > 0 ? `, ${unsentText}` : ""}`}
        buttonClass="flex h-8 items-center gap-2 rounded-md px-2 text-ink-2 text-sm hover:bg-sunken hover:text-ink"
        panelClass="w-72 p-3.5"
        button={
          <>
            <span aria-hidden="true" className={`size-2 shrink-0 rounded-full ${dots[text.tone]}`} />
            <span
              data-testid="sync-state"
              className={text.tone === "live" ? "hidden sm:inline" : "max-w-32 truncate sm:max-w-none"}
            >
              {text.label}
            </span>
          </>
        }
      >
        {(close) => (
          <SyncDetails status={status} text={text} unsent={unsent > 0 ? unsentText : undefined} onLeave={close} />
        )}
      </Popover>
    </>
  );
}
