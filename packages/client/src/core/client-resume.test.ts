import type { UpMessage } from "@heliograph/protocol";
import { expect, test } from "vitest";
import { initialTimeoutMs } from "../api/adaptive-timeout.ts";
import { minSuspectTimeoutMs } from "../api/suspect-network.ts";
import { minPongMs, silenceMs } from "../connection/liveness-timeouts.ts";
import { defaultSessionGraceMs } from "../connection/session-keeper.ts";
import { lingerMs } from "../subscriptions/subscription-set.ts";
import type { FakeServer } from "../testing/fake-server.ts";
import { testId } from "../testing/ids.ts";
import { createTestClient, organization } from "../testing/test-client.ts";

// A new socket resumes the session of the last one, or must not.

const nothing = () => {};
const a = testId(1);
const b = testId(2);

/** All messages that the client sent on its newest socket, whether the server has read them or not. */
function sent(server: FakeServer): UpMessage[] {
  const socket = server.sockets.at(-1);
  return socket ? [...socket.received, ...socket.up] : [];
}

const types = (server: FakeServer) => sent(server).map(({ type }) => type);

/** A client with two rows and a list. Every request is answered, and the server has sent a bookmark. */
async function setUp(options: Parameters<typeof createTestClient>[0] = {}) {
  const all = createTestClient(options);
  const { client, server, clock } = all;
  server.write("task", a, { name: "a" }, [organization]);
  server.write("task", b, { name: "b" }, [organization]);
  const list = client.list("task", { sort: "name" });
  const row = client.entity("project", testId(7));
  server.write("project", testId(7), { name: "p" });
  list.subscribe(nothing);
  const leaveRow = row.subscribe(nothing);
  client.start();
  await clock.advance(10_000);
  server.bookmark();
  await clock.advance(500);
  expect(client.status()).toMatchObject({ state: "connected", pendingFetches: 0 });
  server.autoAnswer = false;
  const fetched: string[] = [];
  /** Answers all open requests and all later ones. */
  const answerAll = async () => {
    for (let round = 0; round < 3; round += 1) {
      for (const call of [...server.calls]) {
        fetched.push(call.url.search);
        call.answer();
      }
      await clock.advance(100);
    }
  };
  return { ...all, list, leaveRow, fetched, answerAll };
}

test("[RES-1] RESUME is the first message; subscriptions stay, and only missed changes are fetched", async () => {
  const { client, server, clock, list, fetched, answerAll } = await setUp();
  server.drop();
  server.write("task", a, { name: "z" });
  server.autoBookmark = false;
  await clock.advance(2_000);
  expect(types(server)).toEqual(["RESUME"]);
  expect(sent(server)[0]).toMatchObject({ payload: { connectionId: "c1" } });
  await answerAll();
  expect(fetched).toEqual([`?ids=${a}`, "?sort=name"]); // and the list, because the new name may change its order
  await clock.advance(2_000);
  await answerAll();
  expect(client.status().state).toBe("catching-up"); // more changes may be in flight
  server.bookmark();
  await clock.advance(2_000);
  await answerAll();
  expect(client.status().state).toBe("connected");
  expect(list.snapshot()).toMatchObject({ stale: false });
  expect(list.snapshot().items.map((item) => item["name"])).toEqual(["b", "z"]);
  client.stop();
});

// Fails when a timed-out fetch does not make the client check the socket: it would be trusted until its next PING is due.
test("[G2] on a network that died silently, the first request that times out also finds the dead socket", async () => {
  const { client, server, clock } = await setUp();
  server.write("task", a, { name: "signalled but not readable" });
  server.autoFlush = false;
  // The fetch, its timeout, and the timeout for a sign of life.
  await clock.advance(100 + initialTimeoutMs + minPongMs + 100);
  expect(client.status().state).toBe("connecting");
  server.autoFlush = true;
  await clock.advance(1_000);
  expect(types(server)).toContain("RESUME");
  client.stop();
});

// Fails when the connections for requests are trusted after a socket died silently: each dead one costs seconds.
test("[G6] what a silently dead socket made stale is fetched again quickly after the next one opened", async () => {
  const { client, server, clock } = await setUp();
  server.autoFlush = false;
  await clock.advance(silenceMs(server.pingIntervalMs) + 100);
  expect(client.status().state).toBe("connecting");
  server.autoFlush = true;
  server.write("task", a, { name: "missed" });
  await clock.advance(5_000);
  expect(types(server)).toContain("RESUME");
  server.calls.length = 0;
  server.write("task", a, { name: "and again" });
  await clock.advance(3 * (minSuspectTimeoutMs + 1_000));
  expect(server.calls.length).toBeGreaterThanOrEqual(3);
  client.stop();
});

test("a lost connection without missed changes costs no request", async () => {
  const { client, server, clock } = await setUp();
  server.drop(1012);
  await clock.advance(5_000);
  expect(types(server)).toEqual(["RESUME"]);
  expect(server.calls).toEqual([]);
  expect(client.status().state).toBe("connected");
  client.stop();
});

test("unacknowledged messages are sent again, and targets released meanwhile are unsubscribed", async () => {
  const { client, server, clock, leaveRow } = await setUp();
  // Rows that do not exist are refused, and retried later.
  server.write("task", testId(8));
  server.write("project", testId(5));
  server.autoFlush = false;
  client.subscribe("task", [testId(8)]);
  leaveRow();
  await clock.advance(lingerMs + 100);
  expect(server.socket?.up.map(({ type }) => type)).toEqual(["SUBSCRIBE", "UNSUBSCRIBE"]);
  const release = client.subscribe("task", [testId(9)]);
  server.drop(); // all messages are lost
  server.autoFlush = true;
  client.subscribe("project", [testId(5)]);
  release();
  await clock.advance(lingerMs + 2_000);
  // A PING may be among the messages; it is not the subject of this test.
  expect(sent(server).filter(({ type }) => type !== "PING")).toMatchObject([
    { type: "RESUME" },
    { type: "UNSUBSCRIBE", payload: { entityCode: "project", entityIds: [testId(7)] } },
    { type: "SUBSCRIBE", payload: { entityCode: "task", entityIds: [testId(8), testId(9)] } },
    { type: "SUBSCRIBE", payload: { entityCode: "project", entityIds: [testId(5)] } },
  ]);
  client.stop();
});

test("a row that is acquired again after an unacknowledged UNSUBSCRIBE is not ended by its repetition", async () => {
  const { client, server, clock, leaveRow } = await setUp();
  server.autoFlush = false;
  leaveRow();
  await clock.advance(lingerMs + 100);
  server.drop();
  server.autoFlush = true;
  client.subscribe("project", [testId(7)]);
  await clock.advance(2_000);
  expect(types(server)).toEqual(["RESUME", "SUBSCRIBE"]);
  expect(server.socket?.session.subscriptions).toContain(`id:project:${testId(7)}`);
  client.stop();
});

test("[RES-4] RESET in answer to RESUME: everything is subscribed with its versions, under the new id", async () => {
  const { client, server, clock } = await setUp();
  server.autoAnswer = true;
  server.sessions.clear();
  server.drop();
  const version = server.write("task", a, { name: "a2" });
  await clock.advance(2_000);
  expect(types(server).slice(0, 2)).toEqual(["RESUME", "SUBSCRIBE"]);
  const rows = sent(server).find(({ type, payload }) => type === "SUBSCRIBE" && payload && "versions" in payload);
  expect(rows).toMatchObject({ payload: { versions: expect.arrayContaining([expect.any(Number)]) } });
  expect(client.entity("task", a).snapshot()).toMatchObject({ version });
  server.drop();
  await clock.advance(2_000);
  expect(sent(server)[0]).toMatchObject({ type: "RESUME", payload: { connectionId: "c2" } });
  client.stop();
});

test("[RES-10] RESET on the open socket: everything is subscribed again, and the next bookmark can be resumed from", async () => {
  const { client, server, clock } = await setUp();
  server.autoAnswer = true;
  server.autoFlush = false;
  const version = server.write("task", a, { name: "lost" });
  server.loseHistory();
  server.autoFlush = true;
  server.flushDown();
  expect(client.status().state).toBe("catching-up");
  await clock.advance(2_000);
  expect(client.status().state).toBe("connected");
  expect(client.entity("task", a).snapshot()).toMatchObject({ version });
  server.drop(); // no cursor of the new log epoch yet
  await clock.advance(2_000);
  expect(types(server)).not.toContain("RESUME");
  server.bookmark();
  server.drop();
  await clock.advance(2_000);
  expect(types(server)).toEqual(["RESUME"]);
  client.stop();
});

test("the grace period is measured by the clock that advanced further", async () => {
  for (const [away, skew, resumes] of [
    [defaultSessionGraceMs - 1_000, 0, true],
    [defaultSessionGraceMs + 1, 0, false],
    [defaultSessionGraceMs + 1, -3_600_000, false],
    [1_000, 3_600_000, false],
  ] as const) {
    const { client, server, clock, device } = await setUp();
    device.emit("offline");
    await clock.advance(away);
    clock.skewMs = skew;
    device.emit("online");
    await clock.advance(0);
    expect(types(server).includes("RESUME"), `away ${away} ms, clock moved by ${skew} ms`).toBe(resumes);
    client.stop();
  }
});

test("a device that slept counts as away since the moment it could have noticed, not since it woke up", async () => {
  const { client, server, clock } = await setUp();
  clock.skewMs = 3_600_000; // no timer fired, and the monotonic clock stood still
  server.drop();
  await clock.advance(2_000);
  expect(types(server)).not.toContain("RESUME");
  client.stop();
});

test("[RES-7] a session that was taken over, never recorded or ended is not resumed", async () => {
  const taken = await setUp();
  taken.server.drop(4409);
  await taken.clock.advance(2_000);
  expect(types(taken.server)).not.toContain("RESUME");
  taken.client.stop();
  expect(taken.server.sockets.at(-1)?.closedWith).toBe(1000);
  expect(taken.server.sessions.size).toBe(1); // c1 must not be ended by this client
  taken.client.start();
  await taken.clock.advance(100);
  expect(types(taken.server)).not.toContain("RESUME");
  taken.client.stop();

  const { client, server, clock } = createTestClient();
  client.start();
  await clock.advance(100);
  server.bookmark();
  server.drop(); // nothing was subscribed
  await clock.advance(2_000);
  expect(types(server)).toEqual([]);
  client.stop();
});

// A change of `note` does not reorder the list: fetching the list would hide a missed signal.

test("[BMK-1] an INVALIDATE does not advance the cursor: one that overtook another does not hide it", async () => {
  const { client, server, clock, answerAll } = await setUp();
  server.autoFlush = false;
  server.write("task", a, { note: "first" });
  server.write("task", b, { note: "second" });
  server.flushDown(1, 1); // the later one
  server.drop();
  server.autoFlush = true;
  await clock.advance(2_000);
  await answerAll();
  expect(client.entity("task", a).snapshot().data).toMatchObject({ note: "first" });
  client.stop();
});

test("[BMK-5] RESUMED does not advance the cursor: the replay that follows it may be lost with the new socket", async () => {
  const { client, server, clock, answerAll } = await setUp();
  server.drop();
  server.write("task", a, { note: "first" });
  server.write("task", b, { note: "second" });
  server.autoFlush = false;
  await clock.advance(2_000);
  server.flushDown(1);
  server.flushUp();
  server.flushDown(2); // RESUMED and one of two signals
  server.drop();
  server.autoFlush = true;
  await clock.advance(5_000);
  await answerAll();
  expect(client.entity("task", a).snapshot().data).toMatchObject({ note: "first" });
  expect(client.entity("task", b).snapshot().data).toMatchObject({ note: "second" });
  client.stop();
});

test("[BMK-5] a bookmark between WELCOME and the answer to RESUME is ignored", async () => {
  const { client, server, clock, answerAll } = await setUp();
  server.drop();
  server.write("task", a, { note: "first" });
  server.autoFlush = false;
  await clock.advance(2_000);
  server.bookmark();
  server.flushDown(2);
  server.drop();
  server.autoFlush = true;
  await clock.advance(5_000);
  await answerAll();
  expect(client.entity("task", a).snapshot().data).toMatchObject({ note: "first" });
  client.stop();
});

test("a server that kept fewer subscriptions than the client has receives all of them again", async () => {
  const { client, server, clock, warnings } = await setUp();
  server.sessions.get("c1")?.subscriptions.clear();
  server.drop();
  await clock.advance(2_000);
  expect(warnings.join()).toContain("server kept 0 of 4 subscriptions");
  expect(server.socket?.session.subscriptions.size).toBe(4);
  client.stop();
});

test("GOAWAY: the client moves at the given time without ending the session and resumes at once without a request", async () => {
  const { client, server, clock } = await setUp();
  server.send({ type: "GOAWAY", payload: { afterMs: 3_000 } });
  await clock.advance(2_999);
  expect(server.sockets).toHaveLength(1);
  await clock.advance(1);
  expect(server.sockets[0]?.closedWith).toBe(4410);
  expect(client.status().state).toBe("connected");
  expect(types(server)).toEqual(["RESUME"]);
  await clock.advance(2_000);
  expect(server.calls).toEqual([]);
  client.stop();
});

test("an unanswered RESUME is repeated on another socket, but not after the grace period", async () => {
  const { client, server, clock } = await setUp();
  server.answersResume = false;
  server.drop();
  await clock.advance(15_000);
  expect(types(server)).toEqual(["RESUME"]);
  expect(client.status().state).toBe("connecting");
  await clock.advance(defaultSessionGraceMs);
  expect(types(server)[0]).toBe("SUBSCRIBE");
  client.stop();
  await clock.advance(0); // the aborted requests notice it
  expect(clock.timers).toBe(0);
});

test("an older server without RESUME is subscribed from the start; a busy one is retried", async () => {
  const { client, server, clock } = await setUp();
  server.answersResume = false;
  server.drop();
  await clock.advance(500);
  server.send({ type: "ERROR", id: "resume", payload: { code: "unavailable", message: "busy" } });
  await clock.advance(1_000);
  expect(server.sockets).toHaveLength(3);
  expect(types(server)).toEqual(["RESUME"]);
  server.send({ type: "ERROR", id: "resume", payload: { code: "invalid_message", message: "what?" } });
  await clock.advance(500);
  expect(types(server).slice(0, 2)).toEqual(["RESUME", "SUBSCRIBE"]);
  client.stop();
});
