import { dataFolder } from "../repository.ts";

/** Whether this process runs as root. PostgreSQL refuses to, so its files must then belong to another account. */
export const isRoot = process.getuid?.() === 0;

/** Folder for files that can be recreated. For root it is outside of /root, so that another account can reach it. */
export function cacheFolder(): string {
  return isRoot ? "/var/cache/heliograph" : dataFolder;
}
