import type { ReactNode } from "react";
import { usePageTitle } from "./use-page-title.ts";

interface Props {
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
  lead?: ReactNode;
  /** A short note beside the title. */
  note?: ReactNode;
}

/** The top of a page: title, note and actions. */
export function PageHeader({ title, children, actions, lead, note }: Props) {
  usePageTitle(title);
  return (
    <header className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 pt-5 pb-3 sm:px-6">
      <div className="min-w-0 flex-1">
        {lead}
        <div className="flex min-w-0 items-center gap-3">
          <h1 className="truncate font-semibold text-xl tracking-tight">{title}</h1>
          {note}
        </div>
        {children}
      </div>
      {actions ? <div className="flex shrink-0 items-center gap-2">{actions}</div> : null}
    </header>
  );
}
