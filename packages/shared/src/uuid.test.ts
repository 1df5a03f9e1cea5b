import { expect, test } from "vitest";
import { canonicalUuid, isUuid, randomUuid } from "./uuid.ts";

const lower = "0f8fad5b-d9cb-469f-a165-70867728950e";

test("a UUID is canonical in lower case with hyphens", () => {
  expect(isUuid(lower)).toBe(true);
  expect(isUuid(lower.toUpperCase())).toBe(false);
  expect(canonicalUuid(lower.toUpperCase())).toBe(lower);
});

test.each(["", "x", lower.slice(1), `${lower}0`, lower.replaceAll("-", ""), `{${lower}}`, `${lower}\n`])(
  "%j is not a UUID",
  (text) => expect(canonicalUuid(text)).toBeUndefined(),
);

test("random UUIDs are canonical, of version 4, and differ", () => {
  const ids = Array.from({ length: 100 }, randomUuid);
  expect(new Set(ids).size).toBe(100);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("random UUIDs work without crypto.randomUUID, as on plain http", () => {
  const original = crypto.randomUUID;
  try {
    Object.defineProperty(crypto, "randomUUID", { value: undefined, configurable: true });
    expect(isUuid(randomUuid())).toBe(true);
  } finally {
    Object.defineProperty(crypto, "randomUUID", { value: original, configurable: true });
  }
});
