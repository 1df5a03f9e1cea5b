import type { ReactNode } from "react";

/** A titled part of a page, with an optional action beside the title. */
export function Section({ title, action, children }: { title: string; action?: ReactNode; children: ReactNode }) {
  return (
    <section aria-label={title} className="mt-8">
      <div className="mb-2 flex min-h-8 items-center justify-between gap-3">
        <h2 className="font-semibold text-base">{title}</h2>
        {action}
      </div>
      {children}
    </section>
  );
}
