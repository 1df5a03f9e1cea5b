import { useMutation } from "@heliograph/client/react";
import { useCallback, useEffect, useReducer, useRef } from "react";
import type { Column, EntityCode, Row } from "../catalog/catalog.ts";
import { fromInput, sameValue, toInput } from "../catalog/column-input.ts";
import { useAnnounce } from "../components/Announcer.tsx";
import { errorText } from "../feedback/error-text.ts";
import { humanize } from "../format/humanize.ts";
import { retainedDraft, useDraftKey, useDraftRetention } from "./draft-retention.ts";
import { hasDraft, type InlineEdit, inlineEdit, resumed } from "./inline-edit.ts";
import { useDraftRegistration } from "./open-drafts.tsx";

/** How long "Saved" stays, in milliseconds. */
const savedFor = 1_600;

interface InlineEditor {
  readonly state: InlineEdit;
  readonly start: () => void;
  readonly change: (draft: string) => void;
  /** Saves the draft, or the given text where choosing is already deciding (a select, a picker). */
  readonly commit: (draft?: string) => void;
  readonly cancel: () => void;
  readonly takeTheirs: () => void;
  readonly keepMine: () => void;
}

/**
 * Editing of one column of one row. A change of this column by somebody else that arrives while the editor is open is
 * shown, with both values, and decided by the writer; one that arrives after the save is a conflict of the outbox.
 */
export function useInlineEdit(entityCode: EntityCode, row: Row, column: Column): InlineEditor {
  const place = useDraftKey(entityCode, row.id, column.name);
  const [state, dispatch] = useReducer(inlineEdit, place, (kept) => resumed(retainedDraft<InlineEdit>(kept)));
  useDraftRetention(place, hasDraft(state) ? state : undefined);
  const { update } = useMutation(entityCode);
  const announce = useAnnounce();
  const live = useRef(row);
  live.current = row;
  const name = column.name;
  const rescued = useCallback(() => dispatch({ type: "rescued" }), []);
  useDraftRegistration(name, hasDraft(state) && "draft" in state ? state.draft : undefined, rescued);

  useEffect(() => {
    if (state.mode !== "saved") return;
    const timer = setTimeout(() => dispatch({ type: "rest" }), savedFor);
    return () => clearTimeout(timer);
  }, [state.mode]);

  async function send(value: unknown): Promise<void> {
    try {
      // Kept and shown from here on, with or without network. What the server says later is told where the row is.
      await update(row.id, { [name]: value } as never);
      announce(`${humanize(name)} saved`);
      dispatch({ type: "saved" });
    } catch (error) {
      dispatch({ type: "failed", error: errorText(error) });
    }
  }

  function commit(draft?: string): void {
    if (state.mode !== "editing") return;
    const text = draft ?? state.draft;
    if (draft !== undefined) dispatch({ type: "change", draft });
    const parsed = fromInput(column, text);
    const theirs = live.current[name];
    if (text === toInput(column, state.base)) {
      dispatch({ type: "cancel" });
    } else if (!parsed.ok) {
      dispatch({ type: "save" });
      dispatch({ type: "failed", error: parsed.message });
    } else if (!sameValue(column, theirs, state.base) && !sameValue(column, theirs, parsed.value)) {
      dispatch({ type: "conflicted", theirs });
    } else {
      dispatch({ type: "save" });
      void send(parsed.value);
    }
  }

  function keepMine(): void {
    if (state.mode !== "conflict") return;
    const parsed = fromInput(column, state.draft);
    dispatch({ type: "keepMine" });
    if (parsed.ok) void send(parsed.value);
    else dispatch({ type: "failed", error: parsed.message });
  }

  return {
    state,
    start: () => dispatch({ type: "start", base: row[name], draft: toInput(column, row[name]) }),
    change: (draft) => dispatch({ type: "change", draft }),
    commit,
    cancel: () => dispatch({ type: "cancel" }),
    takeTheirs: () => dispatch({ type: "takeTheirs" }),
    keepMine,
  };
}
