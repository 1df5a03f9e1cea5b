import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { renderProtocolSchema } from "./document.ts";
import { protocolVersion } from "./version.ts";

// A change of any message changes this hash. Then: raise the version and add a line to its history (or, while the
// version is unreleased, only the history line), and put the new hash here.
const known: Record<number, string> = { 1: "944dfda0b8af3b96" };

test("the schemas of a protocol version do not change unnoticed", () => {
  const hash = createHash("sha256").update(renderProtocolSchema()).digest("hex").slice(0, 16);
  expect(hash).toBe(known[protocolVersion]);
});
