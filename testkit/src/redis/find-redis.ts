import { aptGetInstall } from "../process/apt-get.ts";
import { findProgram } from "../process/find-program.ts";

/** Path of a Redis server program, or the reason why there is none. */
export type FoundRedis = { program: string } | { program: null; reason: string };

/** Finds redis-server (or the compatible valkey-server) on PATH, or installs it with apt-get where possible. */
export async function findRedis(install: typeof aptGetInstall = aptGetInstall): Promise<FoundRedis> {
  const present = findProgram("redis-server", "valkey-server");
  if (present !== null) return { program: present };
  const reason = await install(["redis-server"]);
  const installed = findProgram("redis-server");
  if (installed !== null) return { program: installed };
  return { program: null, reason: reason ?? "redis-server was installed but is not on PATH" };
}
