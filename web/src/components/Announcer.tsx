import { createContext, type ReactNode, useCallback, useContext, useRef, useState } from "react";

const AnnounceContext = createContext<(text: string) => void>(() => {});

/** Shortest time between two announcements, in ms. Without it, a busy list would drown out the screen reader. */
const pauseMs = 3_000;

/**
 * Holds the page's polite live region. Texts that arrive during the pause are not queued; only the newest is announced.
 */
export function Announcer({ children }: { children: ReactNode }) {
  const [text, setText] = useState("");
  const next = useRef<{ text: string; timer: ReturnType<typeof setTimeout> } | undefined>(undefined);
  const last = useRef(0);
  const announce = useCallback((newest: string) => {
    if (next.current) {
      next.current.text = newest;
      return;
    }
    const wait = Math.max(0, last.current + pauseMs - Date.now());
    const timer = setTimeout(() => {
      last.current = Date.now();
      const announced = next.current?.text ?? newest;
      // A screen reader announces changes only; the trailing space makes a repeated text a change.
      setText((before) => (before === announced ? `${announced}\u00a0` : announced));
      next.current = undefined;
    }, wait);
    next.current = { text: newest, timer };
  }, []);
  return (
    <AnnounceContext.Provider value={announce}>
      {children}
      <div role="status" aria-live="polite" className="sr-only">
        {text}
      </div>
    </AnnounceContext.Provider>
  );
}

/** Returns a function that announces a text to screen readers and shows nothing on screen. */
export function useAnnounce(): (text: string) => void {
  return useContext(AnnounceContext);
}
