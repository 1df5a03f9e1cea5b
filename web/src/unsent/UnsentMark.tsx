import { CloudUpload, TriangleAlert } from "lucide-react";
import type { UnsentState } from "./UnsentProvider.tsx";

/** Beside the name of a row that shows what the server does not have yet. */
export function UnsentMark({ state }: { state: UnsentState | undefined }) {
  if (!state) return null;
  const words = state === "pending" ? "Not sent yet" : "Needs your decision";
  const Icon = state === "pending" ? CloudUpload : TriangleAlert;
  return (
    <span title={words} className={`ml-1.5 shrink-0 ${state === "pending" ? "text-ink-3" : "text-signal"}`}>
      <Icon className="size-3.5" aria-hidden="true" />
      <span className="sr-only">{words}</span>
    </span>
  );
}
