import { randomUUID } from "node:crypto";
import { withClient } from "./connection.ts";

/** Runs `work` on a new, empty database of the server and drops the database afterwards. */
export async function withScratchDatabase<T>(serverUrl: string, work: (databaseUrl: string) => Promise<T>): Promise<T> {
  const name = `heliograph_scratch_${randomUUID().replaceAll("-", "")}`;
  await withClient(serverUrl, (client) => client.query(`create database ${name} template template0`));
  try {
    return await work(withDatabaseName(serverUrl, name));
  } finally {
    await withClient(serverUrl, (client) => client.query(`drop database if exists ${name} with (force)`));
  }
}

/**
 * Replaces the database name in a URL. Does not use the URL class, which rejects `postgresql://user@/db?host=/socket`, the
 * form that PostgreSQL defines for Unix sockets.
 * @throws when the URL does not begin with postgresql://
 */
export function withDatabaseName(url: string, name: string): string {
  const parts = /^(postgres(?:ql)?:\/\/[^/?]*)(?:\/[^?]*)?(\?.*)?$/.exec(url);
  if (parts === null) throw new Error("the database URL must begin with postgresql://");
  return `${parts[1]}/${name}${parts[2] ?? ""}`;
}
