import { useSyncStatus } from "@heliograph/client/react";
import { useEffect, useRef, useState } from "react";

/** Number of pending rows from which the bar is shown. For fewer it would only flicker. */
const fewestRows = 40;
/** How long catching up must take before the bar appears, in ms. */
const showAfterMs = 400;

/** Progress of catching up after a first sign-in or a long absence. */
export function CatchUpBar() {
  const { pendingFetches } = useSyncStatus();
  const most = useRef(0);
  // The highest count of this run, because the queue still grows while it drains.
  most.current = pendingFetches === 0 ? 0 : Math.max(most.current, pendingFetches);
  const long = most.current >= fewestRows;
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (!long) return setShown(false);
    const timer = setTimeout(() => setShown(true), showAfterMs);
    return () => clearTimeout(timer);
  }, [long]);
  if (!shown || !long) return null;
  const done = most.current - pendingFetches;
  return (
    <div
      role="progressbar"
      aria-label="Loading changes"
      aria-valuemin={0}
      aria-valuemax={most.current}
      aria-valuenow={done}
      className="relative h-0.5 overflow-visible bg-line"
    >
      <div className="h-full bg-signal transition-[width]" style={{ width: `${(100 * done) / most.current}%` }} />
      <p className="absolute top-2 right-4 z-10 rounded-md border border-line bg-surface px-2 py-0.5 text-ink-2 text-xs tabular-nums shadow-pop">
        Loading changes: {done} of {most.current}
      </p>
    </div>
  );
}
