import { useSyncStatus } from "@heliograph/client/react";
import { useEffect, useRef, useState } from "react";

/** Rows below which a bar would only flicker. */
const worthwhile = 40;
/** How long it must take before the bar appears, in milliseconds. */
const patience = 400;

/** Progress of a long catching-up: after a first sign-in or a long absence. */
export function CatchUpBar() {
  const { pendingFetches } = useSyncStatus();
  const most = useRef(0);
  // The greatest count of this run: the queue still grows while it is worked off.
  most.current = pendingFetches === 0 ? 0 : Math.max(most.current, pendingFetches);
  const long = most.current >= worthwhile;
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (!long) return setShown(false);
    const timer = setTimeout(() => setShown(true), patience);
    return () => clearTimeout(timer);
  }, [long]);
  if (!shown || !long) return null;
  const done = most.current - pendingFetches;
  return (
    <div
      role="progressbar"
      aria-label={`Fetching ${most.current} changed rows`}
      aria-valuemin={0}
      aria-valuemax={most.current}
      aria-valuenow={done}
      className="relative h-0.5 overflow-visible bg-line"
    >
      <div className="h-full bg-signal transition-[width]" style={{ width: `${(100 * done) / most.current}%` }} />
      <p className="absolute top-2 right-4 z-10 rounded-md border border-line bg-surface px-2 py-0.5 text-ink-2 text-xs tabular-nums shadow-pop">
        {done} of {most.current} rows
      </p>
    </div>
  );
}
