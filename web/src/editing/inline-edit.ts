/**
 * Editing of one field as a pure state machine:
 *
 *     view --start--> editing --save--> saving --kept--> kept --saved--> saved --rest--> view
 *                      |  |  ^            |               |
 *                cancel|  |  +---failed---+               +--rest--> view
 *                      v  |                               +--start--> editing
 *                    view +--conflicted--> conflict --takeTheirs--> view
 *                                             +--keepMine--> saving
 *
 * `kept` means stored on this device, `saved` acknowledged by the server. `recreated` leads from every mode with a
 * draft to view: the draft went into the row when a deleted row was created again with it.
 *
 * `base` is the value at the start of the edit. The live value may change under an open editor, and saving over a value
 * that the user never saw must be their decision.
 */
export type InlineEdit = { readonly mode: "view" } | { readonly mode: "kept" } | { readonly mode: "saved" } | DraftEdit;

type DraftEdit =
  | { readonly mode: "editing"; readonly base: unknown; readonly draft: string; readonly error?: string }
  | { readonly mode: "saving"; readonly base: unknown; readonly draft: string }
  | { readonly mode: "conflict"; readonly theirs: unknown; readonly draft: string };

export type InlineEditEvent =
  | { readonly type: "start"; readonly base: unknown; readonly draft: string }
  | { readonly type: "change"; readonly draft: string }
  | { readonly type: "cancel" }
  | { readonly type: "save" }
  | { readonly type: "kept" }
  | { readonly type: "saved" }
  | { readonly type: "failed"; readonly error: string }
  | { readonly type: "conflicted"; readonly theirs: unknown }
  | { readonly type: "takeTheirs" }
  | { readonly type: "keepMine" }
  | { readonly type: "recreated" }
  | { readonly type: "rest" };

export const viewing: InlineEdit = { mode: "view" };

/** An event that does not apply to the current mode returns the same object, so that late responses have no effect. */
export function inlineEdit(state: InlineEdit, event: InlineEditEvent): InlineEdit {
  switch (event.type) {
    case "start":
      return hasDraft(state) ? state : { mode: "editing", base: event.base, draft: event.draft };
    case "change":
      return state.mode === "editing" ? { mode: "editing", base: state.base, draft: event.draft } : state;
    case "cancel":
      return state.mode === "editing" ? viewing : state;
    case "save":
      return state.mode === "editing" ? { mode: "saving", base: state.base, draft: state.draft } : state;
    case "kept":
      return state.mode === "saving" ? { mode: "kept" } : state;
    case "saved":
      return state.mode === "kept" ? { mode: "saved" } : state;
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
    case "recreated":
      return hasDraft(state) ? viewing : state;
    case "rest":
      return state.mode === "kept" || state.mode === "saved" ? viewing : state;
  }
}

/**
 * The state from which an interrupted edit continues. A save in progress becomes editing, as its response never comes.
 */
export function resumed(state: InlineEdit | undefined): InlineEdit {
  if (state?.mode === "saving") return { mode: "editing", base: state.base, draft: state.draft };
  return state && hasDraft(state) ? state : viewing;
}

/** Whether leaving would lose typed text. */
export function hasDraft(state: InlineEdit): state is DraftEdit {
  return state.mode === "editing" || state.mode === "saving" || state.mode === "conflict";
}
