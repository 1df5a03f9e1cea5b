import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";

interface OpenDraft {
  readonly text: string;
  /** Tells the editor that the row was created again with its text, so that nothing is left to save. */
  readonly onRecreated: () => void;
}

export interface Drafts {
  /** Whether an editor on this page holds unsaved text. */
  readonly open: boolean;
  /** Set when the row is gone: editors stay open, so that their text can be read and copied, but cannot save. */
  readonly frozen: boolean;
  /** The current drafts by column name. */
  readonly current: () => ReadonlyMap<string, OpenDraft>;
  readonly register: (name: string, draft: OpenDraft | undefined) => void;
}

const DraftContext = createContext<Drafts>({
  open: false,
  frozen: false,
  current: () => new Map(),
  register: () => {},
});

/** Tracks the open editors of one row, so that the page keeps them in view when the row disappears. */
export function useOpenDrafts(frozen: boolean): Drafts {
  const drafts = useRef(new Map<string, OpenDraft>());
  const [count, setCount] = useState(0);
  const register = useCallback((name: string, draft: OpenDraft | undefined) => {
    if (draft) drafts.current.set(name, draft);
    else drafts.current.delete(name);
    // Render the page when an editor opens or closes, not with every keystroke.
    setCount(drafts.current.size);
  }, []);
  const current = useCallback(() => new Map(drafts.current), []);
  const open = count > 0;
  return useMemo(() => ({ open, frozen, current, register }), [open, frozen, current, register]);
}

export function DraftProvider({ drafts, children }: { drafts: Drafts; children: ReactNode }) {
  return <DraftContext.Provider value={drafts}>{children}</DraftContext.Provider>;
}

export function useFrozen(): boolean {
  return useContext(DraftContext).frozen;
}

/** Registers the draft of one editor with its page. `onRecreated` must be stable while the component is mounted. */
export function useDraftRegistration(name: string, text: string | undefined, onRecreated: () => void): void {
  const { register } = useContext(DraftContext);
  useEffect(() => {
    register(name, text === undefined ? undefined : { text, onRecreated });
  }, [register, name, text, onRecreated]);
  useEffect(() => () => register(name, undefined), [register, name]);
}
