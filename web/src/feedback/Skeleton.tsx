const widths = ["w-3/5", "w-2/5", "w-1/2", "w-2/3", "w-1/3"];

/** Placeholder of a list that loads. Screen readers get one text instead of empty cells. */
export function ListSkeleton({ rows = 8, label = "Loading…" }: { rows?: number; label?: string }) {
  return (
    <div role="status">
      <span className="sr-only">{label}</span>
      <div aria-hidden="true">
        {Array.from({ length: rows }, (_, index) => index).map((index) => (
          <div key={index} className="flex h-11 items-center gap-6 border-line border-b px-4 sm:px-6">
            <span className={`skeleton h-3 ${widths[index % widths.length]}`} />
            <span className="skeleton h-3 w-16" />
            <span className="skeleton ml-auto hidden h-3 w-24 sm:block" />
          </div>
        ))}
      </div>
    </div>
  );
}

/** Placeholder of a row's page that loads. */
export function DetailSkeleton() {
  return (
    <div role="status" className="p-4 sm:p-6">
      <span className="sr-only">Loading…</span>
      <div aria-hidden="true" className="space-y-4">
        <div className="skeleton h-3 w-32" />
        <div className="skeleton h-7 w-1/2" />
        <div className="skeleton h-3 w-3/5" />
        <div className="skeleton h-3 w-2/5" />
        <div className="skeleton h-40 w-full" />
      </div>
    </div>
  );
}
