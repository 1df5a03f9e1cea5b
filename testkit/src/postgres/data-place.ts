import { createHash } from "node:crypto";
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import path from "node:path";
import type { Account } from "./account.ts";

/** Whether every account may enter this folder and all its parents. */
function isOpenToAll(folder: string): boolean {
  for (let place = folder; ; place = path.dirname(place)) {
    if (existsSync(place) && (statSync(place).mode & 0o001) === 0) return false;
    if (place === path.dirname(place)) return true;
  }
}

/**
 * Folder of the data. When root runs a clone in a private home folder (such as /root), the PostgreSQL account cannot reach
 * `.data/postgres`, so that becomes a link to a folder for this clone below /var/lib.
 */
function realPlace(dataFolder: string, account: Account | null): string {
  const inClone = path.join(dataFolder, "postgres");
  if (account === null || isOpenToAll(path.dirname(dataFolder))) return inClone;
  const key = createHash("sha256").update(dataFolder).digest("hex").slice(0, 12);
  return path.join("/var/lib/heliograph", key);
}

/** Deletes the data of this `.data` folder. The server must not be running. */
export function removeData(dataFolder: string, account: Account | null): void {
  const link = path.join(dataFolder, "postgres");
  for (const place of [realPlace(dataFolder, account), link]) rmSync(place, { recursive: true, force: true });
}

/** Creates the folder for the data, with its link. `initialised`: it already contains a database. */
export function prepareDataPlace(
  dataFolder: string,
  account: Account | null,
): { dataDirectory: string; initialised: boolean } {
  mkdirSync(dataFolder, { recursive: true });
  const place = realPlace(dataFolder, account);
  const link = path.join(dataFolder, "postgres");
  mkdirSync(place, { recursive: true });
  if (account !== null) {
    chmodSync(path.dirname(place), 0o755);
    chownSync(place, account.uid, account.gid);
  }
  chmodSync(place, 0o700);
  if (place !== link && lstatSync(link, { throwIfNoEntry: false }) === undefined) symlinkSync(place, link);
  return { dataDirectory: place, initialised: existsSync(path.join(place, "PG_VERSION")) };
}

/** Id of the process that uses the data, from PostgreSQL's lock file; null when there is none. */
export function postmasterPid(dataDirectory: string): number | null {
  const file = path.join(dataDirectory, "postmaster.pid");
  if (!existsSync(file)) return null;
  const pid = Number(readFileSync(file, "utf8").split("\n", 1)[0]);
  return pid > 0 ? pid : null;
}
