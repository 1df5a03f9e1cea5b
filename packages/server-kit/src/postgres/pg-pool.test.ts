import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { databaseNames } from "@heliograph/shared/database-names";
import { expect, onTestFinished, test } from "vitest";
import { createLogger } from "../observability/logger.ts";
import { createPool, isUnavailable } from "./pg-pool.ts";

const withCode = (code: string): Error => Object.assign(new Error("x"), { code });

test("an unreachable server is distinguished from a wrong statement", () => {
  for (const code of ["08006", "57P01", "57P03", "53300", "25P03", "ECONNREFUSED", "ENOENT"])
    expect(isUnavailable(withCode(code))).toBe(true);
  for (const code of ["23505", "42P01", "22P02", "57014"]) expect(isUnavailable(withCode(code))).toBe(false);
  expect(isUnavailable(new Error("Connection terminated unexpectedly"))).toBe(true);
});

/** A message of the PostgreSQL protocol. */
function message(type: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
}

// Fails when a connection has no error listener from the start: the error would be an uncaught exception.
test("a server that ends the session right after its greeting fails one statement, not the process", async () => {
  const fatal = "SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0";
  const greetingAndEnd = Buffer.concat([
    message("R", Buffer.alloc(4)),
    message("Z", Buffer.from("I")),
    message("E", Buffer.from(fatal)),
  ]);
  const server = createServer((socket) => {
    socket.on("error", () => undefined).once("data", () => socket.end(greetingAndEnd));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const url = `postgresql://user@127.0.0.1:${port}/none`;
  const pool = createPool({
    url,
    names: databaseNames("app", "heliograph"),
    name: "test",
    max: 1,
    logger: createLogger("test", "silent"),
  });
  const uncaught: Error[] = [];
  const others = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException").on("uncaughtException", (error) => uncaught.push(error));
  onTestFinished(async () => {
    process.removeAllListeners("uncaughtException");
    for (const other of others) process.on("uncaughtException", other);
    await pool.end();
    server.close();
  });
  const ended = once(pool, "remove");
  const failure = await pool
    .connect()
    .then(async (client) => {
      const error: unknown = await client.query("select 1").catch((cause: unknown) => cause);
      client.release(true);
      return error;
    })
    .catch((error: unknown) => error);
  await ended;
  expect(uncaught).toEqual([]);
  expect(isUnavailable(failure), String(failure)).toBe(true);
});

// Fails when the pool has one time limit: opening a connection on a silent network would take as long as waiting for a
// free connection may.
test("connecting to a silent server fails as unavailable", async () => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket.on("error", () => undefined))).listen(
    0,
    "127.0.0.1",
  );
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const url = `postgresql://user@127.0.0.1:${port}/none`;
  const pool = createPool({
    url,
    names: databaseNames("app", "heliograph"),
    name: "test",
    max: 1,
    logger: createLogger("test", "silent"),
  });
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await pool.end();
    server.close();
  });
  const failure = await pool.connect().catch((error: unknown) => error);
  expect(isUnavailable(failure), String(failure)).toBe(true);
  expect(String(failure)).toContain("timeout expired");
});
