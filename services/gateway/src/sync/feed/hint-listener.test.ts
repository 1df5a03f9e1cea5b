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

test("hints and heartbeats are accepted", () => {
  const hint = createHint();
  expect(parseBusMessage(JSON.stringify(hint))).toEqual(hint);
  const heartbeat = { type: "heartbeat", epoch: "e", seq: 2 };
  expect(parseBusMessage(JSON.stringify(heartbeat))).toEqual(heartbeat);
});

// Each of these would be copied into frames, or crash the process on the way there.
test.each([{ e: 1 }, { c: 'task","x":"' }, { a: 0 }, { a: 6 }, { v: -1 }, { k: [7] }, { k: [1] }, { t: 1e300 }])(
  "a change with %j is rejected",
  (wrong) => {
    const hint = createHint();
    const items = hint.items.map((change) => ({ ...change, ...wrong }));
    expect(parseBusMessage(JSON.stringify({ ...hint, items }))).toBeUndefined();
  },
);

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
])("[HINT-10] %s is rejected", (text) => {
  expect(parseBusMessage(text)).toBeUndefined();
});
