import { logAction } from "@heliograph/protocol";
import { expect, test } from "vitest";
import { decodeBusMessage, encodeFeedMessage, type FeedMessage } from "./bus-codec.ts";

const update = {
  entityCode: "task",
  entityId: "00000000-0000-4000-8000-000000000001",
  action: logAction.update,
  version: 7,
  containerIds: ["00000000-0000-4000-8000-000000000002"],
  restricted: true,
  recheck: false,
  changedAt: 1000,
};
const batch: FeedMessage = {
  type: "hint",
  epoch: "one",
  prev: 1,
  seq: 3,
  changes: [update, { ...update, createdVersion: 5 }],
};

test("a batch uses single letters on the bus, in a fixed order", () => {
  const letters =
    '"c":"task","e":"00000000-0000-4000-8000-000000000001","a":2,"v":7,"k":["00000000-0000-4000-8000-000000000002"],"r":true,"x":false,"t":1000';
  expect(JSON.stringify(encodeFeedMessage(batch))).toBe(
    `{"type":"hint","epoch":"one","prev":1,"seq":3,"items":[{${letters}},{${letters},"n":5}]}`,
  );
});

test("decoding restores what was encoded", () => {
  expect(decodeBusMessage(encodeFeedMessage(batch))).toEqual(batch);
  const heartbeat: FeedMessage = { type: "heartbeat", epoch: "one", seq: 3 };
  expect(decodeBusMessage(encodeFeedMessage(heartbeat))).toEqual(heartbeat);
});
