import { entityKey } from "@heliograph/shared/entity-key";
import { expect, test } from "vitest";
import { NeedMap } from "./need-map.ts";

const key = entityKey("task", "a");

test("[G1] a need that arises during a fetch outlives an answer with an older version", () => {
  const needs = new NeedMap();
  needs.require("task", "a", 1);
  const ticket = needs.open();
  needs.require("task", "a", 2);
  expect(needs.answer(ticket, key, 1)).toBe("required since");
  expect(needs.get(key)).toMatchObject({ version: 2 });
  expect(needs.answer(ticket, key, 2)).toBe("satisfied");
  expect(needs.has(key)).toBe(false);
});

test("[G1] a lower version that is signalled later does not lower the need", () => {
  const needs = new NeedMap();
  needs.require("task", "a", 5);
  needs.require("task", "a", 3);
  expect(needs.get(key)).toMatchObject({ version: 5 });
});

test("an answer below the version that was signalled before its request is lagging", () => {
  const needs = new NeedMap();
  needs.require("task", "a", 5);
  expect(needs.answer(needs.open(), key, 4)).toBe("lagging");
  expect(needs.has(key)).toBe(true);
});

test("[G1] an answer that a row is gone satisfies only needs from before its request", () => {
  const needs = new NeedMap();
  needs.require("task", "a", 5);
  const early = needs.open();
  needs.require("task", "a", 6);
  expect(needs.answer(early, key, undefined)).toBe("required since");
  expect(needs.answer(needs.open(), key, undefined)).toBe("satisfied");
});

test("a forced need is satisfied only by a request that was sent after it, by any version", () => {
  const needs = new NeedMap();
  const early = needs.open();
  needs.require("task", "a", 0, { force: true });
  expect(needs.answer(early, key, 100)).toBe("required since");
  expect(needs.answer(needs.open(), key, 1)).toBe("satisfied");
});

test("[G1] requests sent before a removal may not write the row, later ones may", () => {
  const needs = new NeedMap();
  needs.require("task", "a", 1);
  const early = needs.open();
  needs.remove(key);
  const late = needs.open();
  expect(needs.has(key)).toBe(false);
  expect(needs.admits(early, key)).toBe(false);
  expect(needs.admits(late, key)).toBe(true);
  needs.close(early);
  needs.close(late);
  expect(needs.admits(early, key)).toBe(true); // forgotten once no earlier request is open
});

test("deferring leaves a need that was required again, and retryNow ends the delay", () => {
  const needs = new NeedMap();
  needs.require("task", "a", 1);
  const ticket = needs.open();
  needs.putOff(ticket, key, (failures) => failures * 100);
  expect(needs.get(key)).toMatchObject({ failures: 1, notBefore: 100 });
  needs.require("task", "a", 2);
  needs.putOff(ticket, key, () => 500);
  expect(needs.get(key)).toMatchObject({ failures: 0, notBefore: 0 });
  needs.putOff(needs.open(), key, () => 500);
  needs.retryNow();
  expect(needs.get(key)).toMatchObject({ notBefore: 0 });
});

test("[RES-10] after a reset, answers to earlier requests may not be written", () => {
  const needs = new NeedMap();
  needs.require("task", "a", 5);
  const early = needs.open();
  needs.forgetVersions();
  const late = needs.open();
  expect(needs.admits(early, key)).toBe(false);
  expect(needs.admits(late, key)).toBe(true);
});
