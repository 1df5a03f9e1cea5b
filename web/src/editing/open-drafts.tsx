import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";

/** What an open editor holds, and how it is told that this got into the row by another way than its own save. */
interface OpenDraft {
  readonly text: string;
  readonly rescued: () => void;
}

export interface Drafts {
  /** Whether an editor on this page holds something that is not saved. */
  readonly open: boolean;
  /** Set when the row is gone: editors stay open to show and copy their text, and none can save by itself any more. */
  readonly frozen: boolean;
  /** What the open editors hold at this moment, by column. */
  readonly held: () => ReadonlyMap<string, OpenDraft>;
  readonly mark: (name: string, draft: OpenDraft | undefined) => void;
}

const DraftContext = createContext<Drafts>({ open: false, frozen: false, held: () => new Map(), mark: () => {} });

/** Knows of the open editors of one row, so that the page can keep them in view when the row disappears. */
export function useOpenDrafts(frozen: boolean): Drafts {
  const drafts = useRef(new Map<string, OpenDraft>());
  const [count, setCount] = useState(0);
  const mark = useCallback((name: string, draft: OpenDraft | undefined) => {
    if (draft) drafts.current.set(name, draft);
    else drafts.current.delete(name);
    // The page is drawn again when an editor opens or closes, not with every letter.
    setCount(drafts.current.size);
  }, []);
  const held = useCallback(() => new Map(drafts.current), []);
  const open = count > 0;
  return useMemo(() => ({ open, frozen, held, mark }), [open, frozen, held, mark]);
}

export function DraftProvider({ drafts, children }: { drafts: Drafts; children: ReactNode }) {
  return <DraftContext.Provider value={drafts}>{children}</DraftContext.Provider>;
}

export function useFrozen(): boolean {
  return useContext(DraftContext).frozen;
}

/** @param rescued must stay the same function while the component is mounted */
export function useDraftRegistration(name: string, text: string | undefined, rescued: () => void): void {
  const { mark } = useContext(DraftContext);
  useEffect(() => {
    mark(name, text === undefined ? undefined : { text, rescued });
  }, [mark, name, text, rescued]);
  useEffect(() => () => mark(name, undefined), [mark, name]);
}
