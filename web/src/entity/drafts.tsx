import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";

type Drafts = {
  /** Whether an editor on this page holds something that is not saved. */
  readonly open: boolean;
  /** Set when the row is gone: editors stay open to show and copy their text, and nothing can be saved any more. */
  readonly frozen: boolean;
  readonly mark: (name: string, held: boolean) => void;
};

const DraftContext = createContext<Drafts>({ open: false, frozen: false, mark: () => {} });

/** Knows of the open editors of one row, so that the page can keep them in view when the row disappears. */
export function useDraftKeeper(frozen: boolean): Drafts {
  const [names, setNames] = useState<ReadonlySet<string>>(new Set());
  const mark = useCallback((name: string, held: boolean) => {
    setNames((before) => {
      if (before.has(name) === held) return before;
      const after = new Set(before);
      if (held) after.add(name);
      else after.delete(name);
      return after;
    });
  }, []);
  const open = names.size > 0;
  return useMemo(() => ({ open, frozen, mark }), [open, frozen, mark]);
}

export function DraftProvider({ drafts, children }: { drafts: Drafts; children: ReactNode }) {
  return <DraftContext.Provider value={drafts}>{children}</DraftContext.Provider>;
}

export function useFrozen(): boolean {
  return useContext(DraftContext).frozen;
}

export function useDraftRegistration(name: string, held: boolean): void {
  const { mark } = useContext(DraftContext);
  useEffect(() => {
    mark(name, held);
    return () => mark(name, false);
  }, [mark, name, held]);
}
