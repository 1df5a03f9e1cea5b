import { expect, test } from "vitest";
import { RowLedger } from "./version-ledger.ts";

test("a version is news once, then a repeat, and an older one is told apart", () => {
  const ledger = new RowLedger();
  ledger.hold("a", 10);
  expect([20, 20, 15, 21].map((version) => ledger.tell("a", version))).toEqual(["news", "repeat", "older", "news"]);
  expect(ledger.tell("b", 1)).toBe("foreign");
  ledger.ask("b");
  expect(ledger.tell("b", 1)).toBe("early");
});

test("what changed and was not told is a gap; what never changed is neither", () => {
  const ledger = new RowLedger();
  for (const id of ["told", "missed", "still", "deleted"]) ledger.hold(id, 10);
  ledger.tell("told", 30);
  const truth = new Map([
    ["told", 30],
    ["missed", 30],
    ["still", 10],
    ["not ours", 99],
  ]);
  expect(ledger.judge(truth)).toEqual({ changed: 2, informed: 1, gaps: ["missed"] });
});

test("subscribing again is a way to be told, and keeps what the first subscription began with", () => {
  const ledger = new RowLedger();
  ledger.hold("a", 10);
  ledger.hold("a", 20);
  expect(ledger.judge(new Map([["a", 20]]))).toEqual({ changed: 1, informed: 1, gaps: [] });
  ledger.hold("a", 5);
  expect(ledger.versionOf("a")).toBe(20);
});
