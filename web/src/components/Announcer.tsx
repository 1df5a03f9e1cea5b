import { createContext, type ReactNode, useCallback, useContext, useRef, useState } from "react";

const AnnounceContext = createContext<(text: string) => void>(() => {});

/** Least time between two announcements, in milliseconds: a busy list must not talk over the reader. */
const quiet = 3_000;

/**
 * Holds the page's one polite live region. Texts that come faster than the reader can hear them are not queued:
 * only the newest is said, when the pause is over.
 */
export function Announcer({ children }: { children: ReactNode }) {
  const [text, setText] = useState("");
  const next = useRef<{ text: string; timer: ReturnType<typeof setTimeout> } | undefined>(undefined);
  const last = useRef(0);
  const announce = useCallback((words: string) => {
    if (next.current) {
      next.current.text = words;
      return;
    }
    const wait = Math.max(0, last.current + quiet - Date.now());
    const timer = setTimeout(() => {
      last.current = Date.now();
      const said = next.current?.text ?? words;
      // The same words again change nothing on the page, and so would not be read out: an invisible mark is a change.
      setText((before) => (before === said ? `${said}\u00a0` : said));
      next.current = undefined;
    }, wait);
    next.current = { text: words, timer };
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

/** Says a sentence to screen readers without moving anything on the page. */
export function useAnnounce(): (text: string) => void {
  return useContext(AnnounceContext);
}
