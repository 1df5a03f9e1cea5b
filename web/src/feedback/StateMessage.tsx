import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

interface Props {
  icon: LucideIcon;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  tone?: "quiet" | "danger";
  heading?: boolean;
}

/** A message in place of missing content: nothing found, a failure, a deleted row. */
export function StateMessage({ icon: Icon, title, children, action, tone = "quiet", heading = false }: Props) {
  const Title = heading ? "h1" : "p";
  return (
    <div className="flex flex-col items-center px-6 py-14 text-center">
      <span
        className={`mb-3 flex size-10 items-center justify-center rounded-full ${tone === "danger" ? "bg-red-bg text-red-fg" : "bg-sunken text-ink-3"}`}
      >
        <Icon className="size-5" aria-hidden="true" />
      </span>
      <Title className="font-semibold text-ink">{title}</Title>
      {children ? <div className="mt-1 max-w-md text-ink-2">{children}</div> : null}
      {action ? <div className="mt-4">{action}</div> : null}
    </div>
  );
}
