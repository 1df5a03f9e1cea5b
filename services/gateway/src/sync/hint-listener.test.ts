import { expect, test } from "vitest";
import { parseBusMessage } from "./hint-listener.ts";
import { id, item } from "./testing/scene.ts";

test("hints and heartbeats are taken", () => {
  const hint = { type: "hint", epoch: "e", prev: 1, seq: 2, items: [item({ e: id() })] };
  expect(parseBusMessage(JSON.stringify(hint))).toEqual(hint);
  const heartbeat = { type: "heartbeat", epoch: "e", seq: 2 };
  expect(parseBusMessage(JSON.stringify(heartbeat))).toEqual(heartbeat);
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
