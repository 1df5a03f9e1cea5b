import { useSyncStatus } from "@heliograph/client/react";
import { History } from "lucide-react";
import { useEffect, useState } from "react";
import { staleText } from "./stale-text.ts";

/** How long data must be stale before the note appears, in ms. Every change makes its row stale for a moment. */
const showAfterMs = 1_200;

/**
 * A note beside a title while the data is stale. It has its own space in an existing line, so that nothing moves when
 * it appears. While sync is switched off, the banner explains more and the note is hidden.
 */
export function StaleNote({ stale }: { stale: boolean }) {
  const { state, caughtUpAt } = useSyncStatus();
  const behind = stale && state !== "disabled";
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (!behind) return setShown(false);
    const timer = setTimeout(() => setShown(true), showAfterMs);
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
      {/* Screen readers always get the full text, also where only a part fits. */}
      <span>
        {when}
        <span className="max-sm:sr-only">{rest}</span>
      </span>
    </p>
  );
}
