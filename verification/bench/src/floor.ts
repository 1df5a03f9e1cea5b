import { once } from "node:events";
import path from "node:path";
import { startProgram } from "@heliograph/testkit/supervisor/program";
import { Redis } from "ioredis";
import type pg from "pg";
import { WebSocket } from "ws";
import { microsecondsNow } from "./microseconds.ts";

/** The minimum to compare with: commit, publish on Redis, write to a socket, nothing else. */
export interface Floor extends AsyncDisposable {
  /** Commits and publishes once; the latency is recorded when the socket receives the message. */
  sample(): Promise<void>;
  /** Latency of each sample, milliseconds. */
  readonly latencies: readonly number[];
}

const CHANNEL = "bench_floor";

/** Starts the floor on the same database and Redis as the cluster. */
export async function startFloor(pool: pg.Pool, redisUrl: string): Promise<Floor> {
  await using undo = new AsyncDisposableStack();
  const program = path.join(import.meta.dirname, "floor-server.ts");
  const server = undo.use(
    await startProgram({
      name: "floor",
      command: process.execPath,
      args: [program, redisUrl, CHANNEL],
      stopSignal: "SIGTERM",
      stopMs: 1_000,
      readyFrom: (line) => Number(line) || undefined,
      readyMs: 10_000,
    }),
  );

  const socket = new WebSocket(`ws://127.0.0.1:${server.ready}`, { perMessageDeflate: false });
  undo.defer(() => socket.terminate());
  const latencies: number[] = [];
  socket.on("message", (text) => latencies.push((microsecondsNow() - Number(String(text))) / 1000));
  await once(socket, "open");

  const publisher = new Redis(redisUrl);
  undo.defer(() => publisher.disconnect());
  await pool.query("create table bench_floor (id int primary key, at bigint)");
  await pool.query("insert into bench_floor values (1, 0)");
  const all = undo.move();
  return {
    latencies,
    async sample() {
      const { rows } = await pool.query<{ at: string }>(
        "update bench_floor set at = (extract(epoch from clock_timestamp()) * 1000000)::bigint where id = 1 returning at",
      );
      await publisher.publish(CHANNEL, String(rows[0]?.at));
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}
