/** Placeholder of a history that loads. */
export function HistorySkeleton() {
  return (
    <div role="status">
      <span className="sr-only">Loading the history…</span>
      <div aria-hidden="true" className="space-y-3.5 py-1">
        {["w-4/5", "w-3/5", "w-2/3"].map((width) => (
          <div key={width} className="flex items-center gap-2">
            <span className="skeleton size-5 rounded-full" />
            <span className={`skeleton h-3 ${width}`} />
          </div>
        ))}
      </div>
    </div>
  );
}
