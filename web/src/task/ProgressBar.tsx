import type { Progress } from "./progress.ts";

/** The number of finished tasks as a bar and as text. */
export function ProgressBar({ progress, more }: { progress: Progress; more: boolean }) {
  const share = progress.total === 0 ? 0 : progress.done / progress.total;
  const text =
    progress.total === 0 ? "No tasks yet" : `${progress.done} of ${progress.total}${more ? "+" : ""} tasks done`;
  return (
    <div className="flex items-center gap-3">
      <svg
        className="h-1.5 w-32 overflow-hidden rounded-full sm:w-48"
        preserveAspectRatio="none"
        viewBox="0 0 100 1"
        aria-hidden="true"
      >
        <rect width="100" height="1" className="fill-sunken" />
        <rect width={100 * share} height="1" className="fill-ok" />
      </svg>
      <span className="text-ink-2 text-sm tabular-nums">{text}</span>
    </div>
  );
}
