import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { anyFreePort } from "../process/free-port.ts";
import { stopChild } from "../process/stop-child.ts";
import { keepOnPort } from "./keep-on-port.ts";

function idleProcess() {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  return { pid: child.pid ?? 0, process: child, stop: () => stopChild(child, "SIGKILL", 1_000) };
}

test("a restarted program keeps its port", async () => {
  const occupied = await anyFreePort();
  const occupant = createServer().listen(occupied, "127.0.0.1");
  await once(occupant, "listening");
  const ports: number[] = [];
  const { promise: again, resolve } = Promise.withResolvers<void>();
  const start = async (port: number) => {
    ports.push(port);
    return idleProcess();
  };
  const report = (text: string) => {
    if (text.includes("was restarted")) resolve();
  };
  const { kept, port } = await keepOnPort("it", occupied, start, { signal: new AbortController().signal, report });
  await using _kept = kept;
  // The preferred port is free now, but the program must not move to it.
  occupant.close();
  await once(occupant, "close");
  kept.current()?.process.kill("SIGKILL");
  await again;
  expect(port).toBeGreaterThan(occupied);
  expect(ports).toEqual([port, port]);
});
