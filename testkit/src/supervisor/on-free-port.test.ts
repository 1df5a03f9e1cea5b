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

test("a taken port means the next free one", async () => {
  const taken = await anyFreePort();
  await listen(taken);
  const { port } = await onFreePort(taken, listen);
  expect(port).toBeGreaterThan(taken);
});

test("a port that is taken between looking and listening means the next one too", async () => {
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

test("any other failure is not tried again", async () => {
  let starts = 0;
  const start = async () => {
    starts++;
    throw new Error("bad configuration");
  };
  await expect(onFreePort(await anyFreePort(), start)).rejects.toThrow("bad configuration");
  expect(starts).toBe(1);
});
