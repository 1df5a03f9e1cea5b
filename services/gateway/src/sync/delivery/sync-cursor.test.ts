import { expect, test } from "vitest";
import { SyncCursorSeal } from "./sync-cursor.ts";

const seal = new SyncCursorSeal("a secret of at least thirty-two bytes");
const position = { epoch: "0b8f7b0e-6a3f-4a0a-9c64-6ef5b7a4c001", seq: 2 ** 52 + 1 };

test("[BMK-6] a cursor opens to the position that was sealed, on any gateway with the same secret", () => {
  expect(new SyncCursorSeal("a secret of at least thirty-two bytes").open(seal.seal(position))).toEqual(position);
});

test("[BMK-6] a cursor discloses neither the number nor whether two of them are equal", () => {
  const [one, two] = [seal.seal(position), seal.seal(position)];
  expect(one).not.toBe(two);
  expect(Buffer.from(one, "base64url").toString("hex")).not.toContain("0b8f7b0e");
});

test("[BMK-6] any other text is rejected", () => {
  const good = seal.seal(position);
  const bytes = Buffer.from(good, "base64url");
  for (const [at] of bytes.entries()) {
    const bent = Buffer.from(bytes);
    bent[at] = (bent[at] ?? 0) ^ 1;
    expect(seal.open(bent.toString("base64url"))).toBeUndefined();
  }
  expect(new SyncCursorSeal("another secret of thirty-two bytes!").open(good)).toBeUndefined();
  for (const text of ["", "x", good.slice(1), `${good}AAAA`, "💥".repeat(20)]) expect(seal.open(text)).toBeUndefined();
});
