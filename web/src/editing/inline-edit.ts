/**
 * One field being edited, as a machine without side effects:
 *
 *     view --start--> editing --save--> saving --saved--> saved --rest--> view
 *                      |  ^               |  |
 *                cancel|  +----failed-----+  +--conflicted--> conflict --takeTheirs--> view
 *                      v                                        |  ^
 *                    view                                keepMine|  | (changed once more)
 *                                                               v  |
 *                                                              saving
 *
 * `rescued` leads from every mode that holds a draft to saved: the draft went into the row by another way, as when a row
 * that was deleted meanwhile is created again with it.
 *
 * `base` is the value on which the draft was begun. It is kept because the live value may move under an open editor:
 * saving over a value the writer never saw must be a decision, not an accident.
 */
export type InlineEdit =
  | { readonly mode: "view" }
  | { readonly mode: "editing"; readonly base: unknown; readonly draft: string; readonly error?: string }
  | { readonly mode: "saving"; readonly base: unknown; readonly draft: string }
  | { readonly mode: "conflict"; readonly theirs: unknown; readonly draft: string }
  | { readonly mode: "saved"; readonly draft: string };

export type InlineEditEvent =
  | { readonly type: "start"; readonly base: unknown; readonly draft: string }
  | { readonly type: "change"; readonly draft: string }
  | { readonly type: "cancel" }
  | { readonly type: "save" }
  | { readonly type: "saved" }
  | { readonly type: "failed"; readonly error: string }
  | { readonly type: "conflicted"; readonly theirs: unknown }
  | { readonly type: "takeTheirs" }
  | { readonly type: "keepMine" }
  | { readonly type: "rescued" }
  | { readonly type: "rest" };

export const viewing: InlineEdit = { mode: "view" };

/** An event that means nothing in the present mode returns the same object, so that late answers do no harm. */
export function inlineEdit(state: InlineEdit, event: InlineEditEvent): InlineEdit {
  switch (event.type) {
    case "start":
      return state.mode === "view" || state.mode === "saved"
        ? { mode: "editing", base: event.base, draft: event.draft }
        : state;
    case "change":
      return state.mode === "editing" ? { mode: "editing", base: state.base, draft: event.draft } : state;
    case "cancel":
      return state.mode === "editing" ? viewing : state;
    case "save":
      return state.mode === "editing" ? { mode: "saving", base: state.base, draft: state.draft } : state;
    case "saved":
      return state.mode === "saving" ? { mode: "saved", draft: state.draft } : state;
    case "failed":
      return state.mode === "saving"
        ? { mode: "editing", base: state.base, draft: state.draft, error: event.error }
        : state;
    case "conflicted":
      return state.mode === "saving" || state.mode === "editing"
        ? { mode: "conflict", theirs: event.theirs, draft: state.draft }
        : state;
    case "takeTheirs":
      return state.mode === "conflict" ? viewing : state;
    case "keepMine":
      return state.mode === "conflict" ? { mode: "saving", base: state.theirs, draft: state.draft } : state;
    case "rescued":
      return hasDraft(state) && "draft" in state ? { mode: "saved", draft: state.draft } : state;
    case "rest":
      return state.mode === "saved" ? viewing : state;
  }
}

/** An edit that was interrupted, as it goes on later: an answer that was awaited never comes. */
export function resumed(state: InlineEdit | undefined): InlineEdit {
  if (state?.mode === "saving") return { mode: "editing", base: state.base, draft: state.draft };
  return state && hasDraft(state) ? state : viewing;
}

/** Whether something typed would be lost by leaving. */
export function hasDraft(state: InlineEdit): boolean {
  return state.mode === "editing" || state.mode === "saving" || state.mode === "conflict";
}
