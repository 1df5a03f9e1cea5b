import { CloudUpload, TriangleAlert } from "lucide-react";
import type { UnsentState } from "./UnsentProvider.tsx";

/** Marks a row that has unsent changes. */
export function UnsentMark({ state }: { state: UnsentState | undefined }) {
  if (!state) return null;
  const text = state === "pending" ? "Not sent yet" : "Needs your decision";
  const Icon = state === "pending" ? CloudUpload : TriangleAlert;
  return (
    <span title={text} className={`ml-1.5 shrink-0 ${state === "pending" ? "text-ink-3" : "text-signal"}`}>
      <Icon className="size-3.5" aria-hidden="true" />
      <span className="sr-only">{text}</span>
    </span>
  );
}
