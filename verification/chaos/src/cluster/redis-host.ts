import { setTimeout as wait } from "node:timers/promises";
import { findRedis } from "@heliograph/testkit/redis/find-redis";
import { type RedisServer, startRedis } from "@heliograph/testkit/redis/server";
import { Redis } from "ioredis";

/** A Redis server that can be killed, frozen and emptied. It keeps its port across restarts. */
export class RedisHost implements AsyncDisposable {
  readonly port: number;
  readonly #program: string;
  #server: RedisServer;

  private constructor(program: string, server: RedisServer) {
    this.#program = program;
    this.#server = server;
    this.port = server.port;
  }

  static async start(): Promise<RedisHost> {
    const { program, ...found } = await findRedis();
    if (program === null) throw new Error(`Redis was not found: ${"reason" in found ? found.reason : "unknown"}.`);
    return new RedisHost(program, await startRedis(program));
  }

  async kill(): Promise<void> {
    await this.#server.stop("SIGKILL");
  }

  async restart(): Promise<void> {
    this.#server = await startRedis(this.#program, { port: this.port });
  }

  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#server.process.kill(signal);
  }

  /** Runs a command past every proxy. */
  async command(name: string, ...args: string[]): Promise<void> {
    const redis = new Redis(this.#server.url, { lazyConnect: true });
    redis.on("error", () => undefined);
    try {
      await redis.connect();
      await redis.call(name, ...args);
    } finally {
      redis.disconnect();
    }
    // CLIENT KILL is answered before the connections are closed.
    await wait(10);
  }

  /** Publishes the same message `times` times at once. */
  async publish(channel: string, message: string, times: number): Promise<void> {
    const redis = new Redis(this.#server.url, { lazyConnect: true });
    redis.on("error", () => undefined);
    try {
      await redis.connect();
      await Promise.all(Array.from({ length: times }, () => redis.publish(channel, message)));
    } finally {
      redis.disconnect();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop();
  }
}
