/** Tests against a server that implements only the part of PostgreSQL's protocol that a connection needs. */
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { anyFreePort } from "../process/free-port.ts";
import { waitForDatabase } from "./wait-for-database.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** One message: type, length including itself, body. */
function message(type: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
}

/** An authentication request of the given kind. */
function authentication(kind: number, text = ""): Buffer {
  const head = Buffer.alloc(4);
  head.writeInt32BE(kind);
  return message("R", Buffer.concat([head, Buffer.from(text)]));
}

async function listen(port: number, answers: readonly Buffer[]): Promise<number> {
  const server = createServer((socket: Socket) => {
    const left = [...answers];
    socket.on("error", () => undefined);
    socket.on("data", () => socket.write(left.shift() ?? Buffer.alloc(0)));
  });
  servers.push(server);
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

const { signal } = new AbortController();

test("waits for a server that is down and reports it once, without the password", async () => {
  const port = await anyFreePort();
  const reports: string[] = [];
  const welcome = Buffer.concat([authentication(0), message("Z", Buffer.from("I"))]);
  const report = (text: string) => {
    reports.push(text);
    void listen(port, [welcome]);
  };
  await waitForDatabase(`postgresql://a:secret@127.0.0.1:${port}/db`, { signal, report });
  expect(reports).toEqual([
    expect.stringMatching(/^Waiting for PostgreSQL at 127\.0\.0\.1:\d+ \(.*ECONNREFUSED.*\) …$/),
  ]);
  expect(reports[0]).not.toContain("secret");
});

test("rejects when the server requires a password and the URL has none", async () => {
  const port = await listen(0, [authentication(10, "SCRAM-SHA-256\0\0"), authentication(11, "r=x,s=eA==,i=4096")]);
  const waiting = waitForDatabase(`postgresql://a@127.0.0.1:${port}/db`, { signal, report: () => undefined });
  await expect(waiting).rejects.toThrow(
    "refuses the connection to db: the server requires a password and the URL has none",
  );
});
