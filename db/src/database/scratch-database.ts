import { randomUUID } from "node:crypto";
import { withClient } from "./connection.ts";

/** Runs `work` on an empty database of the server, which is dropped afterwards. */
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
 * The same server, another database. Not by the URL class: it refuses `postgresql://user@/db?host=/socket`, the
 * form that PostgreSQL defines for unix sockets.
 */
export function withDatabaseName(url: string, name: string): string {
  const parts = /^(postgres(?:ql)?:\/\/[^/?]*)(?:\/[^?]*)?(\?.*)?$/.exec(url);
  if (parts === null) throw new Error("a database URL begins with postgresql://");
  return `${parts[1]}/${name}${parts[2] ?? ""}`;
}
