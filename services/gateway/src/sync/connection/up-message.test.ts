import { expect, test } from "vitest";
import { parseUpMessage, UpMessageError } from "./up-message.ts";

const row = "00000000-0000-4000-8000-000000000001";
const subscribe = (payload: unknown, more: object = {}) => JSON.stringify({ type: "SUBSCRIBE", payload, ...more });

function refused(text: string): UpMessageError {
  try {
    parseUpMessage(text);
  } catch (error) {
    if (error instanceof UpMessageError) return error;
    throw error;
  }
  throw new Error(`accepted: ${text}`);
}

test("all messages of the protocol are accepted", () => {
  for (const text of [
    subscribe({ entityCode: "project", entityIds: [row] }),
    subscribe({ entityCode: "project", entityIds: [row], versions: [0] }, { id: "1" }),
    subscribe({ entityCode: "task", within: [row.toUpperCase()] }),
    subscribe({ entityCode: "note", entityIds: ["", "7", "a/b,%", '["1","x"]'], within: ["folder/5", "tenant/acme"] }),
    '{"type":"UNSUBSCRIBE","payload":{"entityCode":"project"}}',
    '{"type":"UNSUBSCRIBE_ALL"}',
    '{"type":"PING","payload":{}}',
  ])
    expect(parseUpMessage(text)).toEqual(JSON.parse(text));
});

test.each([
  ["", "invalid_json"],
  ["{", "invalid_json"],
  ["null", "invalid_message"],
  ["[]", "invalid_message"],
  ['"PING"', "invalid_message"],
  ["7", "invalid_message"],
  ["{}", "invalid_message"],
  ['{"type":7}', "invalid_message"],
  ['{"type":"SUBSCRIBE_ALL"}', "unknown_type"],
  ['{"type":"constructor"}', "unknown_type"],
  ['{"type":"__proto__"}', "unknown_type"],
  ['{"type":"PING","extra":1}', "invalid_message"],
  ['{"type":"PING","__proto__":{"polluted":1}}', "invalid_message"],
  ['{"type":"PING","id":""}', "invalid_message"],
  ['{"type":"PING","id":7}', "invalid_message"],
  ['{"type":"SUBSCRIBE"}', "invalid_message"],
  [subscribe(null), "invalid_message"],
  [subscribe({ entityIds: [row] }), "invalid_message"],
  [subscribe({ entityCode: 7, entityIds: [row] }), "invalid_message"],
  [subscribe({ entityCode: "Project", entityIds: [row] }), "unknown_entity"],
  [subscribe({ entityCode: 'x"; drop table', entityIds: [row] }), "unknown_entity"],
  [subscribe({ entityCode: "project", entityIds: row }), "invalid_message"],
  [subscribe({ entityCode: "project", entityIds: [7] }), "invalid_id"],
  [subscribe({ entityCode: "project", entityIds: ["x".repeat(1025)] }), "invalid_id"],
  [subscribe({ entityCode: "project", within: [""] }), "invalid_id"],
  [subscribe({ entityCode: "project", entityIds: [row], versions: ["1"] }), "invalid_message"],
  [subscribe({ entityCode: "project", entityIds: [row], versions: [-1] }), "invalid_message"],
  [subscribe({ entityCode: "project", entityIds: [row], versions: [1.5] }), "invalid_message"],
  [subscribe({ entityCode: "project", entityIds: [row], versions: [2 ** 53] }), "invalid_message"],
  [subscribe({ entityCode: "project", entityIds: Array.from({ length: 1001 }, () => row) }), "invalid_message"],
  [`${"[".repeat(20_000)}${"]".repeat(20_000)}`, "invalid_message"],
])("[CON-8, LIM-7] %.80s is refused: %s", (text, code) => {
  const error = refused(text);
  expect(error.code).toBe(code);
  // The problem first, then the remedy: developers who read it in a console have no catalogue at hand.
  expect(error.message).toMatch(/^\S.*\. Remedy: \S.*\.$/s);
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
});

test("[CON-6] an error echoes the message's id and quotes little of its content", () => {
  const error = refused(subscribe({ entityCode: "project", entityIds: ["x".repeat(10_000)] }, { id: "q1" }));
  expect(error.correlationId).toBe("q1");
  expect(error.message).toContain("entityIds.0");
  expect(error.message.length).toBeLessThan(250);
});
