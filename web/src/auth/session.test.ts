import { expect, test } from "vitest";
import { readSession, type Session, type StoredSession, timeLeft, writeSession } from "./session.ts";

const person = { id: "p", email: "a@b.c", fname: "A", lname: "B", organizationId: "o", role: "member" };
const session: Session = { token: "t", expiresAt: "2026-01-01T12:00:00Z", person };
const noon = Date.parse(session.expiresAt);

function memoryStorage(text: string | null = null) {
  let item = text;
  return {
    getItem: () => item,
    setItem: (_: string, value: string) => {
      item = value;
    },
  };
}

test.each<StoredSession>([{ session }, { ended: "left" }, { ended: "expired", person }])(
  "%j is read back unchanged",
  (stored) => {
    const storage = memoryStorage();
    writeSession(storage, stored);
    expect(readSession(storage)).toEqual(stored);
  },
);

test("a token is renewed shortly before it expires", () => {
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
])("%j is not a stored session", (text) => {
  expect(readSession(memoryStorage(text))).toBeNull();
});

test("blocked storage means signed out, not a crash", () => {
  const refuse = () => {
    throw new Error("denied");
  };
  expect(readSession({ getItem: refuse })).toBeNull();
  expect(() => writeSession({ setItem: refuse }, { session })).not.toThrow();
});
