import { useEffect, useState } from "react";

/** How long a load must take before its progress is shown, in milliseconds. */
const patience = 400;

/**
 * That a long load goes on, and how far it is. The server does not count beforehand, so there is no share to draw: the
 * bar only moves, and the number grows.
 *
 * @param what in the plural, "tasks"
 */
export function LoadingProgress({ what, count }: { what: string; count: number }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), patience);
    return () => clearTimeout(timer);
  }, []);
  if (!shown) return null;
  const words = count === 0 ? `Loading ${what}…` : `${count} ${what} so far…`;
  return (
    <div className="flex items-center gap-3">
      <div
        role="progressbar"
        aria-label={`Loading ${what}`}
        aria-valuetext={words}
        className="relative h-1.5 w-24 overflow-hidden rounded-full bg-sunken sm:w-48"
      >
        <span className="absolute inset-y-0 left-0 w-1/3 animate-[sweep_1.4s_ease-in-out_infinite] rounded-full bg-signal" />
      </div>
      <span className="text-ink-2 text-sm tabular-nums">{words}</span>
    </div>
  );
}
