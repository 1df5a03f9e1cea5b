/**
 * Runs once for a whole test run: one PostgreSQL on a socket in a private folder (no port, so no race for one), with two
 * template databases that test files copy, and one Redis.
 */
import { readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestProject } from "vitest/node";
import { postgresAccount } from "../postgres/account.ts";
import { preparePostgresBinaries } from "../postgres/binaries.ts";
import { startPostgres } from "../postgres/server.ts";
import { findRedis } from "../redis/find-redis.ts";
import { type RedisServer, startRedis } from "../redis/server.ts";
import { fastSettings, makeServerFolder, provideTemplates, socketUrl } from "./template-cluster.ts";

const FOLDER = /^hg-(\d+)-/;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** A run that was killed with -9 could not delete its folder. */
function removeLeftovers(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = FOLDER.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(path.join(tmpdir(), name), { recursive: true, force: true });
  }
}

async function startRedisIfPossible(): Promise<RedisServer | null> {
  const found = await findRedis();
  if (found.program !== null) return startRedis(found.program);
  console.error(`No Redis for the tests: ${found.reason}.`);
  return null;
}

/** Called by vitest; what it returns is called after the last test. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const needed = project.vitest.projects.some(({ name }) => name !== "unit");
  if (!needed) return undefined;
  removeLeftovers();
  await using undo = new AsyncDisposableStack();
  const { folder, dataDirectory, socketFolder } = makeServerFolder(path.join(tmpdir(), `hg-${process.pid}-`));
  undo.defer(() => rmSync(folder, { recursive: true, force: true }));

  const place = { binaries: preparePostgresBinaries(), account: postgresAccount(), dataDirectory };
  const failure = await provideTemplates(place, socketFolder);
  undo.use(await startPostgres(place, { listen: { socketFolder }, settings: fastSettings }));
  if (failure !== null)
    console.error("The template databases could not be built; tests that copy one will fail.", failure);
  const redis = undo.use(await startRedisIfPossible());

  project.provide("postgresUrl", socketUrl(socketFolder, "postgres"));
  project.provide("redisUrl", redis?.url ?? null);
  const all = undo.move();
  return () => all.disposeAsync();
}
