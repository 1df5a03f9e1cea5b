import { expect, test } from "vitest";
import { ruleEntries, ruleGroups } from "./rules.ts";

test("rules of a group are numbered from 1 without a gap, and each is one sentence", () => {
  for (const prefix of Object.keys(ruleGroups)) {
    const ids = ruleEntries().map(([id]) => id);
    const own = ids.filter((id) => id.startsWith(`${prefix}-`));
    expect(own).toEqual(own.map((_, index) => `${prefix}-${index + 1}`));
  }
  for (const [, { text }] of ruleEntries()) expect(text).toMatch(/^[A-Z`].*[^.]\.$/);
});
