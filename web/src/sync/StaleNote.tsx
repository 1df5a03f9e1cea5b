import { useSyncStatus } from "@heliograph/client/react";
import { History } from "lucide-react";
import { useEffect, useState } from "react";
import { staleText } from "./stale-text.ts";

/** How long something must be behind before it is said, in milliseconds: each change makes it so for a blink. */
const patience = 1_200;

/**
 * Beside the name of what is shown, while that is from earlier. It has room of its own in a line that is there anyway, so
 * that nothing moves when it comes and goes. While sync is switched off the banner says more than this could.
 */
export function StaleNote({ stale }: { stale: boolean }) {
  const { state, caughtUpAt } = useSyncStatus();
  const behind = stale && state !== "disabled";
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (!behind) return setShown(false);
    const timer = setTimeout(() => setShown(true), patience);
    return () => clearTimeout(timer);
  }, [behind]);
  if (!shown) return null;
  const { when, rest } = staleText(caughtUpAt, Date.now());
  return (
    <p
      data-testid="stale"
      title={`${when}${rest}`}
      className="flex shrink-0 items-center gap-1 whitespace-nowrap text-ink-3 text-xs"
    >
      <History className="size-3.5" aria-hidden="true" />
      {/* One line of text to a screen reader, however much of it there is room for. */}
      <span>
        {when}
        <span className="max-sm:sr-only">{rest}</span>
      </span>
    </p>
  );
}
