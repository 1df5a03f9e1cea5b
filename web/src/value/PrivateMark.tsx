import { Lock } from "lucide-react";

/** Marks a row that only administrators and invited users can see. */
export function PrivateMark() {
  return (
    <span className="relative ml-1.5 inline-flex align-[-2px] text-ink-3" title="Private">
      <Lock className="size-3.5" aria-hidden="true" />
      <span className="sr-only">Private</span>
    </span>
  );
}
