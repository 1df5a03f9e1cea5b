import { expect, test } from "vitest";
import { type InlineEdit, type InlineEditEvent, inlineEdit, viewing } from "./inline-edit.ts";

const states: Record<InlineEdit["mode"], InlineEdit> = {
  view: viewing,
  editing: { mode: "editing", base: "a", draft: "b" },
  saving: { mode: "saving", base: "a", draft: "b" },
  conflict: { mode: "conflict", theirs: "c", draft: "b" },
  saved: { mode: "saved", draft: "b" },
};

const events: Record<InlineEditEvent["type"], InlineEditEvent> = {
  start: { type: "start", base: "x", draft: "x" },
  change: { type: "change", draft: "y" },
  cancel: { type: "cancel" },
  save: { type: "save" },
  saved: { type: "saved" },
  failed: { type: "failed", error: "no" },
  conflicted: { type: "conflicted", theirs: "c" },
  takeTheirs: { type: "takeTheirs" },
  keepMine: { type: "keepMine" },
  rescued: { type: "rescued" },
  rest: { type: "rest" },
};

type Row = Record<InlineEditEvent["type"], InlineEdit["mode"]>;

/** Every mode with every event; a new mode or event does not compile until its row or cell is stated. */
const table: Record<InlineEdit["mode"], Row> = {
  view: {
    start: "editing",
    change: "view",
    cancel: "view",
    save: "view",
    saved: "view",
    failed: "view",
    conflicted: "view",
    takeTheirs: "view",
    keepMine: "view",
    rescued: "view",
    rest: "view",
  },
  editing: {
    start: "editing",
    change: "editing",
    cancel: "view",
    save: "saving",
    saved: "editing",
    failed: "editing",
    conflicted: "conflict",
    takeTheirs: "editing",
    keepMine: "editing",
    rescued: "saved",
    rest: "editing",
  },
  saving: {
    start: "saving",
    change: "saving",
    cancel: "saving",
    save: "saving",
    saved: "saved",
    failed: "editing",
    conflicted: "conflict",
    takeTheirs: "saving",
    keepMine: "saving",
    rescued: "saved",
    rest: "saving",
  },
  conflict: {
    start: "conflict",
    change: "conflict",
    cancel: "conflict",
    save: "conflict",
    saved: "conflict",
    failed: "conflict",
    conflicted: "conflict",
    takeTheirs: "view",
    keepMine: "saving",
    rescued: "saved",
    rest: "conflict",
  },
  saved: {
    start: "editing",
    change: "saved",
    cancel: "saved",
    save: "saved",
    saved: "saved",
    failed: "saved",
    conflicted: "saved",
    takeTheirs: "saved",
    keepMine: "saved",
    rescued: "saved",
    rest: "view",
  },
};

const cells = Object.entries(table).flatMap(([mode, row]) =>
  Object.entries(row).map(([event, next]) => [mode, event, next] as const),
);

test.each(cells)("%s --%s--> %s", (mode, event, next) => {
  const state = states[mode as InlineEdit["mode"]];
  const result = inlineEdit(state, events[event as InlineEditEvent["type"]]);
  expect(result.mode).toBe(next);
});

test("a failed save keeps what was typed and the value it was begun on", () => {
  expect(inlineEdit(states.saving, events.failed)).toEqual({ mode: "editing", base: "a", draft: "b", error: "no" });
});

test("keeping mine saves on top of the value of the other one", () => {
  expect(inlineEdit(states.conflict, events.keepMine)).toEqual({ mode: "saving", base: "c", draft: "b" });
});

test("an editor that is already open is not started again by a live change", () => {
  expect(inlineEdit(states.editing, events.start)).toBe(states.editing);
});
