import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { renderProtocolSchema } from "./document.ts";
import { protocolVersion } from "./version.ts";

// Any change of a message changes this hash. Then raise the version, add a line to its history (while the version is
// unreleased, only the line), and replace the hash here.
const known: Record<number, string> = { 1: "92540a03049aa170" };

test("the schemas change only with the protocol version", () => {
  const hash = createHash("sha256").update(renderProtocolSchema()).digest("hex").slice(0, 16);
  expect(hash).toBe(known[protocolVersion]);
});
