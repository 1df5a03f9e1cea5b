import { useMutation } from "@heliograph/client/react";
import { useCallback, useReducer, useRef } from "react";
import type { Column, EntityCode, Row } from "../catalog/catalog.ts";
import { fromInput, sameValue, toInput } from "../catalog/column-input.ts";
import { errorText } from "../feedback/error-text.ts";
import { retainedDraft, useDraftKey, useDraftRetention } from "./draft-retention.ts";
import { hasDraft, type InlineEdit, inlineEdit, resumed } from "./inline-edit.ts";
import { useDraftRegistration } from "./open-drafts.tsx";

interface InlineEditor {
  readonly state: InlineEdit;
  readonly start: () => void;
  readonly change: (draft: string) => void;
  /** Saves the draft, or the given text for inputs where choosing completes the edit (a select, a picker). */
  readonly commit: (draft?: string) => void;
  readonly cancel: () => void;
  readonly takeTheirs: () => void;
  readonly keepMine: () => void;
  /** Ends the display of the result of a save. */
  readonly rest: () => void;
}

/**
 * Editing of one column of one row. If someone else changes the column while the editor is open, saving shows both
 * values and the user decides. A change that arrives after the save becomes a conflict in the outbox.
 */
export function useInlineEdit(entityCode: EntityCode, row: Row, column: Column): InlineEditor {
  const draftKey = useDraftKey(entityCode, row.$id, column.name);
  const [state, dispatch] = useReducer(inlineEdit, draftKey, (key) => resumed(retainedDraft<InlineEdit>(key)));
  useDraftRetention(draftKey, hasDraft(state) ? state : undefined);
  const { update } = useMutation(entityCode);
  const live = useRef(row);
  live.current = row;
  const name = column.name;
  const onRecreated = useCallback(() => dispatch({ type: "recreated" }), []);
  useDraftRegistration(name, hasDraft(state) ? state.draft : undefined, onRecreated);
  const rest = useCallback(() => dispatch({ type: "rest" }), []);
  const latestWrite = useRef(0);

  async function send(value: unknown): Promise<void> {
    latestWrite.current += 1;
    const write = latestWrite.current;
    // The acknowledgement of an earlier write must not make a later one look saved.
    const settle = (type: "saved" | "rest") => {
      if (write === latestWrite.current) dispatch({ type });
    };
    try {
      const { confirmed } = await update(row.$id, { [name]: value } as never);
      dispatch({ type: "kept" });
      // If the server rejects the write, the page shows a notice of its own (RowAttention).
      confirmed.then(
        () => settle("saved"),
        () => settle("rest"),
      );
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
    rest,
  };
}
