import { expect, test } from "vitest";
import { link, now, states } from "../testing/connection-examples.ts";
import { testId } from "../testing/ids.ts";
import { createTestClient } from "../testing/test-client.ts";
import { stuckAfterMs, stuckAt } from "./sync-status.ts";

const idle = { caughtUpAt: undefined, unsentSince: undefined, outbox: { size: 0 } };

test("a client without a connection is never stuck; a connected one is after 30 s without progress", () => {
  expect(stuckAt({ ...idle, connection: states.waiting })).toBeUndefined();
  expect(stuckAt({ ...idle, connection: states.offline })).toBeUndefined();
  const connected = states.connected;
  expect(stuckAt({ ...idle, connection: connected })).toBe(link.welcomedAt + stuckAfterMs);
  expect(stuckAt({ ...idle, connection: connected, caughtUpAt: now })).toBe(now + stuckAfterMs);
  // The kill switch stops live updates but not requests, so it alone does not make the client stuck.
  expect(stuckAt({ ...idle, connection: states.disabled })).toBeUndefined();
});

test("[G2] one row that cannot be fetched makes the client stuck until it is fetched", async () => {
  const id = testId(1);
  const { client, server, clock } = createTestClient();
  server.write("task", id, { name: "first" });
  client.start();
  client.subscribe("task", [id]);
  client.entity("task", id).subscribe(() => {});
  await clock.advance(1_000);
  const reported: boolean[] = [];
  client.onStatus(({ stuck }) => reported.push(stuck));
  // The server sends a BOOKMARK every 10 s; the API does not answer.
  server.autoAnswer = false;
  server.write("task", id, { name: "second" });
  for (let n = 0; n < 4; n += 1) {
    await clock.advance(10_000);
    server.bookmark();
    await clock.advance(1);
  }
  expect(client.status()).toMatchObject({ state: "connected", stuck: true });
  expect(reported.at(-1)).toBe(true);
  server.autoAnswer = true;
  for (const call of [...server.calls]) call.answer();
  await clock.advance(20_000);
  server.bookmark();
  await clock.advance(300);
  expect(client.status()).toMatchObject({ state: "connected", stuck: false });
  client.stop();
  expect(clock.timers).toBe(0);
});
