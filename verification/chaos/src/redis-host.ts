import { setTimeout as wait } from "node:timers/promises";
import { findRedis } from "@heliograph/testkit/redis/find-redis";
import { type RedisServer, startRedis } from "@heliograph/testkit/redis/server";
import { Redis } from "ioredis";

/** A Redis that can be killed, frozen and emptied; it keeps its port. */
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
    if (program === null) throw new Error(`No Redis: ${"reason" in found ? found.reason : "unknown"}.`);
    return new RedisHost(program, await startRedis(program));
  }

  async kill(): Promise<void> {
    await this.#server.stop("SIGKILL");
  }

  async startAgain(): Promise<void> {
    this.#server = await startRedis(this.#program, { port: this.port });
  }

  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#server.process.kill(signal);
  }

  /** Runs a command outside of every proxy. */
  async command(name: string, ...args: string[]): Promise<void> {
    const redis = new Redis(this.#server.url, { lazyConnect: true });
    redis.on("error", () => undefined);
    try {
      await redis.connect();
      await redis.call(name, ...args);
    } finally {
      redis.disconnect();
    }
    // The answer of KILL comes before the connections are gone.
    await wait(10);
  }

  /** Publishes the same message so many times, at once. */
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
