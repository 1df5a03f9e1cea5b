import { expect, test } from "vitest";
import { type InlineEdit, type InlineEditEvent, inlineEdit, viewing } from "./inline-edit.ts";

const states: Record<InlineEdit["mode"], InlineEdit> = {
  view: viewing,
  editing: { mode: "editing", base: "a", draft: "b" },
  saving: { mode: "saving", base: "a", draft: "b" },
  conflict: { mode: "conflict", theirs: "c", draft: "b" },
  kept: { mode: "kept" },
  saved: { mode: "saved" },
};

const events: Record<InlineEditEvent["type"], InlineEditEvent> = {
  start: { type: "start", base: "x", draft: "x" },
  change: { type: "change", draft: "y" },
  cancel: { type: "cancel" },
  save: { type: "save" },
  kept: { type: "kept" },
  saved: { type: "saved" },
  failed: { type: "failed", error: "no" },
  conflicted: { type: "conflicted", theirs: "c" },
  takeTheirs: { type: "takeTheirs" },
  keepMine: { type: "keepMine" },
  recreated: { type: "recreated" },
  rest: { type: "rest" },
};

type Row = Record<InlineEditEvent["type"], InlineEdit["mode"]>;

/** The mode after each event in each mode. A new mode or event does not compile until its row or cell is added. */
const table: Record<InlineEdit["mode"], Row> = {
  view: {
    start: "editing",
    change: "view",
    cancel: "view",
    save: "view",
    kept: "view",
    saved: "view",
    failed: "view",
    conflicted: "view",
    takeTheirs: "view",
    keepMine: "view",
    recreated: "view",
    rest: "view",
  },
  editing: {
    start: "editing",
    change: "editing",
    cancel: "view",
    save: "saving",
    kept: "editing",
    saved: "editing",
    failed: "editing",
    conflicted: "conflict",
    takeTheirs: "editing",
    keepMine: "editing",
    recreated: "view",
    rest: "editing",
  },
  saving: {
    start: "saving",
    change: "saving",
    cancel: "saving",
    save: "saving",
    kept: "kept",
    saved: "saving",
    failed: "editing",
    conflicted: "conflict",
    takeTheirs: "saving",
    keepMine: "saving",
    recreated: "view",
    rest: "saving",
  },
  conflict: {
    start: "conflict",
    change: "conflict",
    cancel: "conflict",
    save: "conflict",
    kept: "conflict",
    saved: "conflict",
    failed: "conflict",
    conflicted: "conflict",
    takeTheirs: "view",
    keepMine: "saving",
    recreated: "view",
    rest: "conflict",
  },
  kept: {
    start: "editing",
    change: "kept",
    cancel: "kept",
    save: "kept",
    kept: "kept",
    saved: "saved",
    failed: "kept",
    conflicted: "kept",
    takeTheirs: "kept",
    keepMine: "kept",
    recreated: "kept",
    rest: "view",
  },
  saved: {
    start: "editing",
    change: "saved",
    cancel: "saved",
    save: "saved",
    kept: "saved",
    saved: "saved",
    failed: "saved",
    conflicted: "saved",
    takeTheirs: "saved",
    keepMine: "saved",
    recreated: "saved",
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

test("a failed save keeps the draft and the value at the start of the edit", () => {
  expect(inlineEdit(states.saving, events.failed)).toEqual({ mode: "editing", base: "a", draft: "b", error: "no" });
});

test("keepMine saves on top of the other value", () => {
  expect(inlineEdit(states.conflict, events.keepMine)).toEqual({ mode: "saving", base: "c", draft: "b" });
});

test("start does not reset an open editor", () => {
  expect(inlineEdit(states.editing, events.start)).toBe(states.editing);
});
