import { expect, test } from "vitest";
import { VersionLedger } from "./version-ledger.ts";

test("a version is new once and then a duplicate; an older one is outdated", () => {
  const ledger = new VersionLedger();
  ledger.hold("a", 10);
  expect([20, 20, 15, 21].map((version) => ledger.receive("a", version))).toEqual([
    "new",
    "duplicate",
    "outdated",
    "new",
  ]);
  expect(ledger.receive("b", 1)).toBe("foreign");
  ledger.request("b");
  expect(ledger.receive("b", 1)).toBe("early");
});

test("a changed row whose version did not arrive is a gap; an unchanged row is not counted", () => {
  const ledger = new VersionLedger();
  for (const id of ["delivered", "missed", "unchanged", "deleted"]) ledger.hold(id, 10);
  ledger.receive("delivered", 30);
  const currentVersions = new Map([
    ["delivered", 30],
    ["missed", 30],
    ["unchanged", 10],
    ["not ours", 99],
  ]);
  expect(ledger.compare(currentVersions)).toEqual({ changed: 2, delivered: 1, gaps: ["missed"] });
});

test("subscribing again delivers a version and keeps the version at which the row was first held", () => {
  const ledger = new VersionLedger();
  ledger.hold("a", 10);
  ledger.hold("a", 20);
  expect(ledger.compare(new Map([["a", 20]]))).toEqual({ changed: 1, delivered: 1, gaps: [] });
  ledger.hold("a", 5);
  expect(ledger.versionOf("a")).toBe(20);
});
