import type { UpMessage } from "@heliograph/protocol";
import { expect, test } from "vitest";
import { initialTimeoutMs } from "../api/adaptive-timeout.ts";
import { minSuspectTimeoutMs } from "../api/suspect-network.ts";
import { leastPongMs, silenceMs } from "../connection/patience.ts";
import { defaultSessionGraceMs } from "../connection/session-keeper.ts";
import { lingerMs } from "../subscriptions/subscription-set.ts";
import type { FakeServer } from "../testing/fake-server.ts";
import { testId } from "../testing/ids.ts";
import { createTestClient, organization } from "../testing/test-client.ts";

// A new socket that goes on where the last one ended, and when it must not.

const nothing = () => {};
const a = testId(1);
const b = testId(2);

/** Everything that the client sent on its newest socket, whether the server has read it or not. */
function sent(server: FakeServer): UpMessage[] {
  const socket = server.sockets.at(-1);
  return socket ? [...socket.heard, ...socket.up] : [];
}

const types = (server: FakeServer) => sent(server).map(({ type }) => type);

/** A client that holds two rows and a list, with everything answered and bookmarked. */
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
  /** Answers what was asked, and what is asked after that. */
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

test("RESUME is the first message; what is held stands, what was missed is read, and nothing else", async () => {
  const { client, server, clock, list, fetched, answerAll } = await setUp();
  server.drop();
  server.write("task", a, { name: "z" });
  server.autoBookmark = false;
  await clock.advance(2_000);
  expect(types(server)).toEqual(["RESUME"]);
  expect(sent(server)[0]).toMatchObject({ payload: { connectionId: "c1" } });
  await answerAll();
  expect(fetched).toEqual([`?ids=${a}`, "?sort=name"]); // and the list, which the new name may order anew
  await clock.advance(2_000);
  await answerAll();
  expect(client.status().state).toBe("catching-up"); // more may still be on its way
  server.bookmark();
  await clock.advance(2_000);
  await answerAll();
  expect(client.status().state).toBe("connected");
  expect(list.snapshot()).toMatchObject({ stale: false });
  expect(list.snapshot().items.map((item) => item["name"])).toEqual(["b", "z"]);
  client.stop();
});

// Fails when a read that is given up says nothing about the socket: this one would be believed until its next PING is due.
test("on a network that died without a word the first request that nobody answers finds the dead socket, too", async () => {
  const { client, server, clock } = await setUp();
  server.write("task", a, { name: "told, and not to be read" });
  server.autoFlush = false;
  // Read, then the time for its answer, then the time for a sign of life.
  await clock.advance(100 + initialTimeoutMs + leastPongMs + 100);
  expect(client.status().state).toBe("connecting");
  server.autoFlush = true;
  await clock.advance(1_000);
  expect(types(server)).toContain("RESUME");
  client.stop();
});

// Fails when the connections for requests are trusted after a socket died without a word: each that is dead costs seconds.
test("what a socket that died without a word made stale is asked for again quickly on the next one", async () => {
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

test("a break in which nothing happened costs no request at all", async () => {
  const { client, server, clock } = await setUp();
  server.drop(1012);
  await clock.advance(5_000);
  expect(types(server)).toEqual(["RESUME"]);
  expect(server.calls).toEqual([]);
  expect(client.status().state).toBe("connected");
  client.stop();
});

test("what was not acknowledged is sent again, and what was released meanwhile is ended", async () => {
  const { client, server, clock, leaveRow } = await setUp();
  // Rows that do not exist are refused, and asked for again later.
  server.write("task", testId(8));
  server.write("project", testId(5));
  server.autoFlush = false;
  client.subscribe("task", [testId(8)]);
  leaveRow();
  await clock.advance(lingerMs + 100);
  expect(server.socket?.up.map(({ type }) => type)).toEqual(["SUBSCRIBE", "UNSUBSCRIBE"]);
  const release = client.subscribe("task", [testId(9)]);
  server.drop(); // all of it is lost
  server.autoFlush = true;
  client.subscribe("project", [testId(5)]);
  release();
  await clock.advance(lingerMs + 2_000);
  // Whether a read that nobody answers made it ask for a sign of life is another matter.
  expect(sent(server).filter(({ type }) => type !== "PING")).toMatchObject([
    { type: "RESUME" },
    { type: "UNSUBSCRIBE", payload: { entityCode: "project", entityIds: [testId(7)] } },
    { type: "SUBSCRIBE", payload: { entityCode: "task", entityIds: [testId(8), testId(9)] } },
    { type: "SUBSCRIBE", payload: { entityCode: "project", entityIds: [testId(5)] } },
  ]);
  client.stop();
});

test("a row that is wanted again after its unacknowledged end is not ended by the repetition", async () => {
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

test("RESET in answer to RESUME: everything is subscribed with its versions, under the new id", async () => {
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

test("RESET on the open socket: everything is subscribed again, and the next bookmark can be resumed from", async () => {
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
  server.drop(); // no cursor of the new history yet
  await clock.advance(2_000);
  expect(types(server)).not.toContain("RESUME");
  server.bookmark();
  server.drop();
  await clock.advance(2_000);
  expect(types(server)).toEqual(["RESUME"]);
  client.stop();
});

test("the grace is measured by whichever clock says more", async () => {
  for (const [away, skew, resumes] of [
    [defaultSessionGraceMs - 1_000, 0, true],
    [defaultSessionGraceMs + 1, 0, false],
    [defaultSessionGraceMs + 1, -3_600_000, false],
    [1_000, 3_600_000, false],
  ] as const) {
    const { client, server, clock, device } = await setUp();
    device.tell("offline");
    await clock.advance(away);
    clock.skewMs = skew;
    device.tell("online");
    await clock.advance(0);
    expect(types(server).includes("RESUME"), `away ${away} ms, clock moved by ${skew} ms`).toBe(resumes);
    client.stop();
  }
});

test("a device that slept is away since it could have noticed, not since it woke up", async () => {
  const { client, server, clock } = await setUp();
  clock.skewMs = 3_600_000; // no timer fired, and the monotonic clock stood still
  server.drop();
  await clock.advance(2_000);
  expect(types(server)).not.toContain("RESUME");
  client.stop();
});

test("a session that somebody else took, or that never was, or was ended, is not resumed", async () => {
  const taken = await setUp();
  taken.server.drop(4409);
  await taken.clock.advance(2_000);
  expect(types(taken.server)).not.toContain("RESUME");
  taken.client.stop();
  expect(taken.server.sockets.at(-1)?.closedWith).toBe(1000);
  expect(taken.server.sessions.size).toBe(1); // c1 is not ours to end
  taken.client.start();
  await taken.clock.advance(100);
  expect(types(taken.server)).not.toContain("RESUME");
  taken.client.stop();

  const { client, server, clock } = createTestClient();
  client.start();
  await clock.advance(100);
  server.bookmark();
  server.drop(); // nothing was ever subscribed
  await clock.advance(2_000);
  expect(types(server)).toEqual([]);
  client.stop();
});

// A change of `note` does not order the list anew: its reading would hide a signal that was missed.

test("signals do not move the cursor: one that overtook another does not hide it", async () => {
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

test("RESUMED does not move it either: what it promises may be lost with the new socket", async () => {
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

test("a bookmark between WELCOME and the answer to RESUME belongs to nobody", async () => {
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

test("a server that kept fewer subscriptions than the client holds gets all of them again", async () => {
  const { client, server, clock, warnings } = await setUp();
  server.sessions.get("c1")?.subscriptions.clear();
  server.drop();
  await clock.advance(2_000);
  expect(warnings.join()).toContain("server kept 0 of 4 subscriptions");
  expect(server.socket?.session.subscriptions.size).toBe(4);
  client.stop();
});

test("GOAWAY: moves at its time without goodbye, and resumes at once with no request", async () => {
  const { client, server, clock } = await setUp();
  server.say({ type: "GOAWAY", payload: { afterMs: 3_000 } });
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

test("an unanswered RESUME is repeated on another socket, and after the grace no more", async () => {
  const { client, server, clock } = await setUp();
  server.answersResume = false;
  server.drop();
  await clock.advance(15_000);
  expect(types(server)).toEqual(["RESUME"]);
  expect(client.status().state).toBe("connecting");
  await clock.advance(defaultSessionGraceMs);
  expect(types(server)[0]).toBe("SUBSCRIBE");
  client.stop();
  await clock.advance(0); // requests that were given up notice it
  expect(clock.timers).toBe(0);
});

test("a server that knows no RESUME is subscribed afresh, one that is busy is asked again", async () => {
  const { client, server, clock } = await setUp();
  server.answersResume = false;
  server.drop();
  await clock.advance(500);
  server.say({ type: "ERROR", id: "resume", payload: { code: "unavailable", message: "busy" } });
  await clock.advance(1_000);
  expect(server.sockets).toHaveLength(3);
  expect(types(server)).toEqual(["RESUME"]);
  server.say({ type: "ERROR", id: "resume", payload: { code: "invalid_message", message: "what?" } });
  await clock.advance(500);
  expect(types(server).slice(0, 2)).toEqual(["RESUME", "SUBSCRIBE"]);
  client.stop();
});
