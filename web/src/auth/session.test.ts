import { expect, test } from "vitest";
import { type Kept, readKept, type Session, timeLeft, writeKept } from "./session.ts";

const person = { id: "p", email: "a@b.c", fname: "A", lname: "B", organizationId: "o", role: "member" };
const session: Session = { token: "t", expiresAt: "2026-01-01T12:00:00Z", person };
const noon = Date.parse(session.expiresAt);

function memory(text: string | null = null) {
  let kept = text;
  return {
    getItem: () => kept,
    setItem: (_: string, value: string) => {
      kept = value;
    },
  };
}

test.each<Kept>([{ session }, { ended: "left" }, { ended: "expired", person }])(
  "%j is found again as it was",
  (kept) => {
    const storage = memory();
    writeKept(storage, kept);
    expect(readKept(storage)).toEqual(kept);
  },
);

test("a token is exchanged shortly before its end", () => {
  expect(timeLeft(session, noon - 60_000)).toBe(55_000);
  expect(timeLeft(session, noon - 1_000)).toBeLessThan(0);
});

test.each([
  null,
  "",
  "{",
  "[]",
  "42",
  '{"token":1}',
  '{"token":"t","expiresAt":"x"}',
  '{"token":"t","expiresAt":"x","person":{"id":"p"}}',
  '{"ended":"expired"}',
])("%j is neither a session nor an end of one", (text) => {
  expect(readKept(memory(text))).toBeNull();
});

test("a storage that refuses means signed out, not a crash", () => {
  const refuse = () => {
    throw new Error("denied");
  };
  expect(readKept({ getItem: refuse })).toBeNull();
  expect(() => writeKept({ setItem: refuse }, { session })).not.toThrow();
});
