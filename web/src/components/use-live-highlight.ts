import { type RefObject, useEffect, useRef } from "react";

/** How long a change stays highlighted, in ms. */
const durationMs = 1_800;
/** Age in ms up to which a row that appears in a list was just created, and not merely scrolled into view. */
const newRowAgeMs = 10_000;

function flash(element: HTMLElement): void {
  const reduced = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  element.animate([{ backgroundColor: "var(--color-flash)" }, { backgroundColor: "transparent" }], {
    duration: durationMs,
    // With reduced motion the tint disappears at once instead of fading.
    easing: reduced ? "steps(1, end)" : "ease-in",
  });
}

/**
 * Highlights an element briefly when `value` changes after the first render with a value, and, given `createdAt`, when
 * the element appears for a row that was just created.
 */
export function useLiveHighlight(ref: RefObject<HTMLElement | null>, value: unknown, createdAt?: string): void {
  const seen = useRef<{ value: unknown } | undefined>(undefined);
  useEffect(() => {
    const before = seen.current;
    if (value === undefined) return;
    seen.current = { value };
    const changed = before !== undefined && before.value !== value;
    const appeared =
      before === undefined && createdAt !== undefined && Date.now() - Date.parse(createdAt) < newRowAgeMs;
    if (ref.current && (changed || appeared)) flash(ref.current);
  }, [ref, value, createdAt]);
}
