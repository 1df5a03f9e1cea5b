import { dataFolder } from "../repository.ts";

/** Are we root? PostgreSQL refuses to run as root, so everything it touches must then belong to another account. */
export const isRoot = process.getuid?.() === 0;

/** What can be made again at any time. As root it lies where another account can reach it, whatever /root's mode is. */
export function cacheFolder(): string {
  return isRoot ? "/var/cache/heliograph" : dataFolder;
}
