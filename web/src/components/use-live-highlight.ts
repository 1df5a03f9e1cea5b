import { type RefObject, useEffect, useRef } from "react";

/** How long a change stays visible, in milliseconds. */
const duration = 1_800;
/** A row this young that appears in a list is new, not scrolled to, in milliseconds. */
const young = 10_000;

function flash(element: HTMLElement): void {
  const reduced = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  element.animate([{ backgroundColor: "var(--color-flash)" }, { backgroundColor: "transparent" }], {
    duration,
    // Without motion the tint stands still and then is gone; nothing fades.
    easing: reduced ? "steps(1, end)" : "ease-in",
  });
}

/**
 * Tints an element for a moment when `value` changes after the first time it was seen, and, given `createdAt`,
 * when it appears for a row that was just created.
 */
export function useLiveHighlight(ref: RefObject<HTMLElement | null>, value: unknown, createdAt?: string): void {
  const seen = useRef<{ value: unknown } | undefined>(undefined);
  useEffect(() => {
    const before = seen.current;
    if (value === undefined) return;
    seen.current = { value };
    const changed = before !== undefined && before.value !== value;
    const appeared = before === undefined && createdAt !== undefined && Date.now() - Date.parse(createdAt) < young;
    if (ref.current && (changed || appeared)) flash(ref.current);
  }, [ref, value, createdAt]);
}
