import { entityKey } from "@heliograph/shared/entity-key";
import { expect, test } from "vitest";
import { NeedMap } from "./need-map.ts";

const key = entityKey("task", "a");

test("a raise during a fetch survives an answer that does not cover it", () => {
  const needs = new NeedMap();
  needs.require("task", "a", 1);
  const ticket = needs.open();
  needs.require("task", "a", 2);
  expect(needs.answer(ticket, key, 1)).toBe("required since");
  expect(needs.get(key)).toMatchObject({ version: 2 });
  expect(needs.answer(ticket, key, 2)).toBe("satisfied");
  expect(needs.has(key)).toBe(false);
});

test("a lower version signalled later does not lower the need", () => {
  const needs = new NeedMap();
  needs.require("task", "a", 5);
  needs.require("task", "a", 3);
  expect(needs.get(key)).toMatchObject({ version: 5 });
});

test("an answer below what was signalled before it was asked for is lagging", () => {
  const needs = new NeedMap();
  needs.require("task", "a", 5);
  expect(needs.answer(needs.open(), key, 4)).toBe("lagging");
  expect(needs.has(key)).toBe(true);
});

test("gone speaks only for needs raised before the request", () => {
  const needs = new NeedMap();
  needs.require("task", "a", 5);
  const early = needs.open();
  needs.require("task", "a", 6);
  expect(needs.answer(early, key, undefined)).toBe("required since");
  expect(needs.answer(needs.open(), key, undefined)).toBe("satisfied");
});

test("a look is answered only by a request sent after it, whatever version comes", () => {
  const needs = new NeedMap();
  const early = needs.open();
  needs.require("task", "a", 0, { force: true });
  expect(needs.answer(early, key, 100)).toBe("required since");
  expect(needs.answer(needs.open(), key, 1)).toBe("satisfied");
});

test("requests sent before a removal may not write the row, later ones may", () => {
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
  expect(needs.admits(early, key)).toBe(true); // nothing is remembered once no old request is open
});

test("putting off spares a need that was raised since, and hurrying ends it", () => {
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

test("answers to requests from before everything was compared afresh may not be written", () => {
  const needs = new NeedMap();
  needs.require("task", "a", 5);
  const early = needs.open();
  needs.forgetVersions();
  const late = needs.open();
  expect(needs.admits(early, key)).toBe(false);
  expect(needs.admits(late, key)).toBe(true);
});
