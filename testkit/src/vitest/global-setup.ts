/**
 * Runs once per test run: starts one PostgreSQL on a socket in a private folder (without a port there is no race for one), with
 * the template databases that test files copy, and one Redis.
 */
import type { TestProject } from "vitest/node";
import { findChromium } from "../browser/find-chromium.ts";
import { startScratchServer } from "../postgres/scratch-server.ts";
import { findRedis } from "../redis/find-redis.ts";
import { type RedisServer, startRedis } from "../redis/server.ts";

async function startRedisIfPossible(): Promise<RedisServer | null> {
  const found = await findRedis();
  if (found.program !== null) return startRedis(found.program);
  console.error(`Redis was not found for the tests: ${found.reason}.`);
  return null;
}

/** Called by vitest. The returned function is called after the last test. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  project.provide("everyCase", process.env["HELIOGRAPH_EVERY_CASE"] === "1");
  const needed = project.vitest.projects.some(({ name }) => name !== "unit");
  if (!needed) return undefined;
  await using undo = new AsyncDisposableStack();
  const server = undo.use(await startScratchServer());
  if (server.failure !== null) {
    console.error("The template databases could not be built; tests that copy one will fail.", server.failure);
  }
  const redis = undo.use(await startRedisIfPossible());

  project.provide("postgresUrl", server.url("postgres"));
  project.provide("redisUrl", redis?.url ?? null);
  project.provide("chromiumPath", findChromium());
  const all = undo.move();
  return () => all.disposeAsync();
}
