import { once } from "node:events";
import { createConnection, createServer, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { SeededRandom } from "@heliograph/shared/seeded-random";
import { afterEach, expect, test } from "vitest";
import { FaultProxy } from "./fault-proxy.ts";

let undo = new AsyncDisposableStack();
afterEach(async () => {
  await undo.disposeAsync();
  undo = new AsyncDisposableStack();
});

/** Long enough for forwarded bytes to arrive over the loopback interface. */
const QUIET_MS = 100;

/** An echo server behind a proxy, and a function that connects to the proxy. */
async function echo(): Promise<{ proxy: FaultProxy; call: () => Promise<{ socket: Socket; text: () => string }> }> {
  const server = createServer((socket) => socket.on("error", () => undefined).pipe(socket));
  server.listen({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  undo.defer(() => void server.close());
  const { port } = server.address() as { port: number };
  const proxy = undo.use(await FaultProxy.listen(() => port, new SeededRandom(7)));
  const call = async () => {
    const socket = createConnection({ host: "127.0.0.1", port: proxy.port });
    socket.on("error", () => undefined);
    undo.defer(() => void socket.destroy());
    let text = "";
    socket.on("data", (bytes) => {
      text += bytes.toString();
    });
    await new Promise<void>((resolve) => {
      socket.once("connect", resolve);
      // A refused connection may be reset before it is established.
      socket.once("close", () => resolve());
    });
    return { socket, text: () => text };
  };
  return { proxy, call };
}

/** Resolves when the socket is closed. `once` would reject with the "error" that precedes the "close" of a reset. */
function ended(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once("close", () => resolve());
  });
}

test("a healthy link passes everything in order, including the end of the stream", async () => {
  const { call } = await echo();
  const { socket, text } = await call();
  const sent = "0123456789".repeat(50_000);
  socket.end(sent);
  await once(socket, "end");
  expect(text()).toBe(sent);
});

test("a stalled link keeps the bytes and delivers them when it heals", async () => {
  const { proxy, call } = await echo();
  const { socket, text } = await call();
  proxy.inject({ kind: "stall", directions: ["down"] });
  socket.write("late");
  await wait(QUIET_MS);
  expect(text()).toBe("");
  proxy.heal();
  await expect.poll(text).toBe("late");
});

test("a blackholed connection stays silent after healing; a new one works", async () => {
  const { proxy, call } = await echo();
  const old = await call();
  old.socket.write("before ");
  await expect.poll(old.text).toBe("before ");
  proxy.inject({ kind: "blackhole" });
  old.socket.write("lost");
  proxy.heal();
  const fresh = await call();
  fresh.socket.write("new");
  await expect.poll(fresh.text).toBe("new");
  await wait(QUIET_MS);
  expect(old.text()).toBe("before ");
  expect(old.socket.destroyed).toBe(false);
  proxy.resetSilenced();
  await ended(old.socket);
});

test("a refusing link resets existing and new connections", async () => {
  const { proxy, call } = await echo();
  const { socket } = await call();
  const closed = ended(socket);
  proxy.inject({ kind: "refuse" });
  await closed;
  const { socket: later } = await call();
  await ended(later);
});

test("a link that drops after some bytes passes no more than those", async () => {
  const { proxy, call } = await echo();
  proxy.inject({ kind: "drop-after", bytes: 1_000 });
  const { socket, text } = await call();
  const closed = ended(socket);
  for (let n = 0; n < 100; n++) socket.write("x".repeat(100));
  await closed;
  expect(text().length).toBeLessThanOrEqual(1_100);
});

test("latency delays chunks and keeps their order", async () => {
  const { proxy, call } = await echo();
  const { socket, text } = await call();
  proxy.inject({ kind: "latency", ms: 30, jitterMs: 40 });
  const began = performance.now();
  for (let n = 0; n < 10; n++) socket.write(`${n}`);
  await expect.poll(text).toBe("0123456789");
  expect(performance.now() - began).toBeGreaterThan(55);
});

test("a throttled link limits bytes per second", async () => {
  const { proxy, call } = await echo();
  const { socket, text } = await call();
  proxy.inject({ kind: "throttle", bytesPerSecond: 1_000, direction: "down" });
  socket.write("y".repeat(5_000));
  await wait(QUIET_MS);
  expect(text().length).toBeLessThan(1_000);
  proxy.heal();
  await expect.poll(() => text().length).toBe(5_000);
});
