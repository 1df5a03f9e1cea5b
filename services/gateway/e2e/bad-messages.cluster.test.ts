import { randomUUID } from "node:crypto";
import type { ErrorCode } from "@heliograph/protocol";
import { Tokens } from "@heliograph/server-kit";
import { RefusedUpgrade } from "@heliograph/testkit/socket/refused-upgrade";
import { TestSocket } from "@heliograph/testkit/socket/test-socket";
import { expect, test } from "vitest";
import { insertProjects, insertTasks, rename } from "./harness/fixture-rows.ts";
import { useTestCluster } from "./harness/test-cluster.ts";

const maxSubscriptions = 50;
const cluster = useTestCluster({ gateways: 2, watchers: 1, env: { MAX_SUBSCRIPTIONS: String(maxSubscriptions) } });

const subscribe = (payload: unknown) => JSON.stringify({ type: "SUBSCRIBE", id: "bad", payload });
const someId = randomUUID();

const badFrames: readonly (readonly [description: string, frame: string, code: ErrorCode, echoed: boolean])[] = [
  ["unknown entity code", subscribe({ entityCode: "nonsense", entityIds: [someId] }), "unknown_entity", true],
  ["id that is no text", subscribe({ entityCode: "project", entityIds: [someId, 7] }), "invalid_id", true],
  ["container of no declared type", subscribe({ entityCode: "task", within: ["1"] }), "invalid_id", true],
  ["unknown message type", JSON.stringify({ type: "SUBSCRIBE_ALL", id: "bad" }), "unknown_type", true],
  ["inherited name as type", JSON.stringify({ type: "constructor", id: "bad" }), "unknown_type", true],
  ["invalid JSON", '{"type":"PING",', "invalid_json", false],
  ["missing payload", JSON.stringify({ type: "SUBSCRIBE", id: "bad" }), "invalid_message", true],
  ["missing entity code", subscribe({ entityIds: [someId] }), "invalid_message", true],
  ["wrong type of a field", subscribe({ entityCode: "project", entityIds: someId }), "invalid_message", true],
  ["unknown field", subscribe({ entityCode: "project", entityIds: [someId], filter: {} }), "invalid_message", true],
  ["neither ids nor containers", subscribe({ entityCode: "project" }), "invalid_message", true],
  [
    "fewer versions than ids",
    subscribe({ entityCode: "project", entityIds: [someId, randomUUID()], versions: [0] }),
    "invalid_message",
    true,
  ],
  [
    "more ids than one message may name",
    subscribe({ entityCode: "project", entityIds: Array.from({ length: 1001 }, () => randomUUID()) }),
    "invalid_message",
    true,
  ],
];

async function project(): Promise<string> {
  const { organizationId } = (await cluster().rest("alice")).person;
  const [id = ""] = await insertProjects(cluster().sql, { organizationId, count: 1 });
  await cluster().settled();
  return id;
}

test("[CON-6, CON-8, SUB-11, LIM-7] a bad message is answered by ERROR; its socket, subscriptions and other sockets are unaffected", async () => {
  const id = await project();
  const bystander = await cluster().socket("carol", 0);
  await bystander.subscribe("project", [id]);
  for (const [description, frame, code, echoed] of badFrames) {
    await using socket = await cluster().socket("bob", 0);
    await socket.subscribe("project", [id]);
    socket.sendRaw(frame);
    const answer = await socket.next("ERROR");
    expect({ description, code: answer.payload.code }).toEqual({ description, code });
    expect(answer.id).toBe(echoed ? "bad" : undefined);
    expect(answer.payload.message).not.toBe("");
    await socket.ping();
    const version = await rename(cluster().sql, "project", id, `After: ${description}`);
    await socket.untilVersion("project", id, version);
    await bystander.untilVersion("project", id, version);
  }
  expect(bystander.received.some((message) => message.type === "ERROR")).toBe(false);
});

test("[CON-8] JSON that is not a message is answered by ERROR", async () => {
  const socket = await cluster().socket("bob", 0);
  for (const frame of ["null", "[]", "7", '"PING"', "{}", '{"type":null}', ""]) {
    socket.sendRaw(frame);
    const { payload } = await socket.next("ERROR");
    expect(["invalid_json", "invalid_message", "unknown_type"]).toContain(payload.code);
  }
  await socket.ping();
});

test("[CON-8] a refused message changes nothing and leaves no partial subscription", async () => {
  const { organizationId } = (await cluster().rest("alice")).person;
  const projectId = await project();
  const [id = ""] = await insertTasks(cluster().sql, { organizationId, projectId, count: 1 });
  await cluster().settled();
  const socket = await cluster().socket("bob", 0);
  const answer = await socket.request({
    type: "SUBSCRIBE",
    payload: { entityCode: "task", entityIds: [id], within: [`project/${projectId}`, "nowhere/1"] },
  });
  expect(answer).toMatchObject({ type: "ERROR", payload: { code: "invalid_id" } });
  const { rows } = await cluster().sql.query("select 1 from app.rxdb_subscription where connection_id = $1", [
    socket.connectionId,
  ]);
  expect(rows).toEqual([]);
  const witness = await cluster().socket("carol", 0);
  await witness.subscribe("task", [id]);
  await witness.untilVersion("task", id, await rename(cluster().sql, "task", id, "Not subscribed"));
  await socket.ping();
  expect(socket.versions.deliveries("task", id)).toEqual([]);
});

test.each([
  ["an oversized message", "x".repeat(64 * 1024 + 1)],
  ["a binary frame", Buffer.from([1, 2, 3])],
])("[LIM-1, CLO-1] %s closes only its own socket", async (_description, frame) => {
  const id = await project();
  const bystander = await cluster().socket("bob", 0);
  await bystander.subscribe("project", [id]);
  const socket = await cluster().socket("bob", 0);
  await socket.subscribe("project", [id]);
  socket.sendRaw(frame);
  const { code } = await socket.closed;
  expect([1009, 4400]).toContain(code);
  await bystander.untilVersion("project", id, await rename(cluster().sql, "project", id, "Unaffected"));
  await bystander.ping();
});

test("[CLO-1] a stream of malformed messages closes only its own socket", async () => {
  const bystander = await cluster().socket("bob", 0);
  const socket = await cluster().socket("bob", 0);
  const flood = async (): Promise<void> => {
    for (let n = 0; n < 1000 && socket.isOpen; n++) {
      socket.sendRaw("{");
      await socket.until("an answer", () => socket.received.length > n + 1 || !socket.isOpen);
    }
  };
  await flood().catch(() => undefined);
  expect((await socket.closed).code).toBe(4400);
  await bystander.ping();
});

test("[LIM-2] a SUBSCRIBE beyond the limit is refused as a whole, and existing subscriptions stay", async () => {
  const { organizationId } = (await cluster().rest("alice")).person;
  const ids = await insertProjects(cluster().sql, { organizationId, count: maxSubscriptions + 1 });
  await cluster().settled();
  const socket = await cluster().socket("bob", 0);
  const [one = "", ...others] = ids;
  await socket.subscribe("project", [one]);
  const refused = await socket.request({ type: "SUBSCRIBE", payload: { entityCode: "project", entityIds: others } });
  expect(refused).toMatchObject({ type: "ERROR", payload: { code: "too_many_subscriptions" } });
  const counted = async (): Promise<unknown> =>
    (await cluster().sql.query("select 1 from app.rxdb_subscription where connection_id = $1", [socket.connectionId]))
      .rowCount;
  expect(await counted()).toBe(1);
  expect((await socket.subscribe("project", others.slice(1))).count).toBe(maxSubscriptions - 1);
  expect(await counted()).toBe(maxSubscriptions);
  await socket.untilVersion("project", one, await rename(cluster().sql, "project", one, "Still subscribed"));
});

test("[SUB-2] an id that is no id of the type is gone, and the other rows of the message are subscribed", async () => {
  const id = await project();
  const socket = await cluster().socket("bob", 0);
  const answer = await socket.subscribe("project", [id, "not-a-uuid"]);
  expect(answer).toMatchObject({ count: 1, gone: ["not-a-uuid"] });
  await socket.untilVersion("project", id, await rename(cluster().sql, "project", id, "Beside a malformed id"));
});

test("[SUB-2] ids in any letter case name the same row", async () => {
  const id = await project();
  const socket = await cluster().socket("bob", 1);
  const answer = await socket.subscribe("project", [id.toUpperCase(), id]);
  expect(answer.count).toBe(1);
  expect(answer.changed.map(({ entityId }) => entityId)).toEqual([id]);
  await socket.untilVersion("project", id, await rename(cluster().sql, "project", id, "Once"));
  expect(socket.versions.deliveries("project", id)).toHaveLength(1);
});

/** Signs tokens with the secret and audience of the cluster, unless others are given. */
function createTokens(more: { audience?: string; secret?: string } = {}): Tokens {
  return new Tokens({
    JWT_SECRET: more.secret ?? cluster().services.settings["JWT_SECRET"] ?? "",
    JWT_ISSUER: "heliograph",
    JWT_AUDIENCE: more.audience ?? "heliograph",
    TOKEN_LIFETIME_S: 3600,
  });
}

test("[CON-2] a handshake without a valid token is answered 401", async () => {
  const { person, token, url } = await cluster().rest("bob");
  const identity = { personId: person.id, organizationId: person.organizationId };
  const dayAgo = Date.now() - 86_400_000;
  const unsigned = [{ alg: "none", typ: "JWT" }, JSON.parse(atob(token.split(".")[1] ?? ""))]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  const bad: readonly (readonly [string, string | undefined, string])[] = [
    ["absent", undefined, "unauthenticated"],
    ["garbage", "garbage", "unauthenticated"],
    ["expired", createTokens().sign(identity, dayAgo).token, "token_expired"],
    ["for another audience", createTokens({ audience: "elsewhere" }).sign(identity).token, "unauthenticated"],
    ["signed with another key", createTokens({ secret: "z".repeat(40) }).sign(identity).token, "unauthenticated"],
    ["unsigned", `${unsigned}.`, "unauthenticated"],
  ];
  for (const [description, wrong, code] of bad)
    for (const tokenIn of ["subprotocol", "query"] as const) {
      const refused = await TestSocket.connect({ url, token: wrong, tokenIn }).catch((error: unknown) => error);
      expect(refused, description).toBeInstanceOf(RefusedUpgrade);
      if (!(refused instanceof RefusedUpgrade)) continue;
      expect({ description, status: refused.status }).toEqual({ description, status: 401 });
      expect({ description, ...JSON.parse(refused.body) }).toMatchObject({ description, error: { code } });
    }
});

test("[CON-1, CON-4] a valid token is accepted as a subprotocol and in the query", async () => {
  const { token, url } = await cluster().rest("bob");
  await using bySubprotocol = await TestSocket.connect({ url, token });
  expect(bySubprotocol.subprotocol).toBe("heliograph.v1");
  await bySubprotocol.ping();
  await using byQuery = await TestSocket.connect({ url, token, tokenIn: "query" });
  await byQuery.ping();
  for (const { name } of cluster().services.gateways)
    expect(
      cluster()
        .log(name)
        .filter((line) => line.includes(token)),
    ).toEqual([]);
});

test("a handshake from another origin is refused, one from the gateway's own origin is accepted", async () => {
  const { token, url } = await cluster().rest("bob");
  const refused = await TestSocket.connect({ url, token, origin: "https://elsewhere.example" }).catch(
    (error: unknown) => error,
  );
  expect(refused).toBeInstanceOf(RefusedUpgrade);
  expect(refused).toMatchObject({ status: 403 });
  await using own = await TestSocket.connect({ url, token, origin: url });
  await own.ping();
});

test("[CON-2] a plain GET of the socket's path explains the endpoint and verifies a token", async () => {
  const address = new URL("/ws/sync", cluster().gateway(0).url);
  const plain = await fetch(address);
  expect(plain.status).toBe(426);
  expect(await plain.json()).toMatchObject({ error: { code: "upgrade_required" } });
  const wrong = await fetch(address, { headers: { authorization: "Bearer garbage" } });
  expect(wrong.status).toBe(401);
});
