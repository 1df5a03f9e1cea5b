import { expect, test } from "vitest";
import { readSession, type Session, writeSession } from "./session.ts";

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
    removeItem: () => {
      kept = null;
    },
  };
}

test("a session is found again until shortly before its end", () => {
  const storage = memory();
  writeSession(storage, session);
  expect(readSession(storage, noon - 60_000)).toEqual(session);
  expect(readSession(storage, noon - 1_000)).toBeNull();
});

test.each([null, "", "{", "[]", "42", '{"token":1}', '{"token":"t","expiresAt":"x"}'])("%j is no session", (text) => {
  expect(readSession(memory(text), 0)).toBeNull();
});

test("a storage that refuses means signed out, not a crash", () => {
  const refuse = () => {
    throw new Error("denied");
  };
  expect(readSession({ getItem: refuse }, 0)).toBeNull();
  expect(() => writeSession({ setItem: refuse, removeItem: refuse }, session)).not.toThrow();
});
