import type { HintMessage } from "@heliograph/protocol";
import { encodeFeedMessage } from "@heliograph/server-kit";
import { expect, test } from "vitest";
import { id, logChange } from "../testing/test-sync-core.ts";
import { parseBusMessage } from "./hint-listener.ts";

const createHint = (): HintMessage =>
  encodeFeedMessage({
    type: "hint",
    epoch: "e",
    prev: 1,
    seq: 2,
    changes: [logChange({ entityId: id() })],
  }) as HintMessage;

test("hints and heartbeats are taken", () => {
  const hint = createHint();
  expect(parseBusMessage(JSON.stringify(hint))).toEqual(hint);
  const heartbeat = { type: "heartbeat", epoch: "e", seq: 2 };
  expect(parseBusMessage(JSON.stringify(heartbeat))).toEqual(heartbeat);
});

// Each of these would be taken over into frames as it is, or end the process on its way there.
test.each([
  { e: '","action":"DELETE' },
  { e: "1" },
  { c: 'task","x":"' },
  { a: 0 },
  { a: 6 },
  { v: -1 },
  { k: [7] },
  { k: ["1"] },
  { t: 1e300 },
])("an item with %j is none of the database's", (wrong) => {
  const hint = createHint();
  const items = hint.items.map((change) => ({ ...change, ...wrong }));
  expect(parseBusMessage(JSON.stringify({ ...hint, items }))).toBeUndefined();
});

test.each([
  "",
  "{",
  "null",
  "[]",
  '{"type":"hint"}',
  '{"type":"heartbeat","epoch":"e","seq":"2"}',
  '{"type":"heartbeat","epoch":"e","seq":-1}',
  '{"type":"heartbeat","epoch":"e","seq":1e300}',
  '{"type":"hint","epoch":"e","prev":1,"seq":2,"items":{}}',
  '{"type":"hint","epoch":"e","prev":1,"seq":2,"items":[null]}',
  '{"type":"hint","epoch":"e","prev":1,"seq":2,"items":[{"c":"task"}]}',
  '{"type":"other","epoch":"e","seq":2}',
])("%s is no message of the bus", (text) => {
  expect(parseBusMessage(text)).toBeUndefined();
});
