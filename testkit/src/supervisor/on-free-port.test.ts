import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { afterEach, expect, test } from "vitest";
import { anyFreePort } from "../process/free-port.ts";
import { onFreePort } from "./on-free-port.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listen(port: number): Promise<Server> {
  const server = createServer().listen(port, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return server;
}

test("uses the next free port when the preferred one is taken", async () => {
  const taken = await anyFreePort();
  await listen(taken);
  const { port } = await onFreePort(taken, listen);
  expect(port).toBeGreaterThan(taken);
});

test("uses the next port when another process takes it before the program listens", async () => {
  const wanted = await anyFreePort();
  const tried: number[] = [];
  const { port } = await onFreePort(wanted, async (candidate) => {
    tried.push(candidate);
    if (tried.length === 1) await listen(candidate);
    return listen(candidate);
  });
  expect(tried[0]).toBe(wanted);
  expect(port).toBeGreaterThan(wanted);
});

test("does not retry any other failure", async () => {
  let starts = 0;
  const start = async () => {
    starts++;
    throw new Error("bad configuration");
  };
  await expect(onFreePort(await anyFreePort(), start)).rejects.toThrow("bad configuration");
  expect(starts).toBe(1);
});
