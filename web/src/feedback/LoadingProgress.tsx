import { useEffect, useState } from "react";

/** How long a load must take before its progress is shown, in ms. */
const showAfterMs = 400;

/**
 * Progress of a long load. The server does not report a total, so the bar is indeterminate and only the count grows.
 *
 * @param what plural noun, such as "tasks"
 */
export function LoadingProgress({ what, count }: { what: string; count: number }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), showAfterMs);
    return () => clearTimeout(timer);
  }, []);
  if (!shown) return null;
  const text = count === 0 ? `Loading ${what}…` : `${count} ${what} so far…`;
  return (
    <div className="flex items-center gap-3">
      <div
        role="progressbar"
        aria-label={`Loading ${what}`}
        aria-valuetext={text}
        className="relative h-1.5 w-24 overflow-hidden rounded-full bg-sunken sm:w-48"
      >
        <span className="absolute inset-y-0 left-0 w-1/3 animate-[sweep_1.4s_ease-in-out_infinite] rounded-full bg-signal" />
      </div>
      <span className="text-ink-2 text-sm tabular-nums">{text}</span>
    </div>
  );
}
