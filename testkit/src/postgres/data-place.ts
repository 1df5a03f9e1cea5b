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

/** May every account enter this folder and all above it? */
function isOpenToAll(folder: string): boolean {
  for (let place = folder; ; place = path.dirname(place)) {
    if (existsSync(place) && (statSync(place).mode & 0o001) === 0) return false;
    if (place === path.dirname(place)) return true;
  }
}

/**
 * Where the data lies. As root in a clone below a closed home (/root is one), the account that PostgreSQL runs under could
 * not reach `.data/postgres`, so that becomes a link to a folder of this clone below /var/lib.
 */
function realPlace(dataFolder: string, account: Account | null): string {
  const inClone = path.join(dataFolder, "postgres");
  if (account === null || isOpenToAll(path.dirname(dataFolder))) return inClone;
  const key = createHash("sha256").update(dataFolder).digest("hex").slice(0, 12);
  return path.join("/var/lib/heliograph", key);
}

/** Deletes the data that belongs to this `.data` folder. The server must not run. */
export function removeData(dataFolder: string, account: Account | null): void {
  const link = path.join(dataFolder, "postgres");
  for (const place of [realPlace(dataFolder, account), link]) rmSync(place, { recursive: true, force: true });
}

/** Makes the folder for the data, with its link, and says whether it holds a database already. */
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

/** The process that uses the data according to PostgreSQL's own lock file, or null. */
export function postmasterPid(dataDirectory: string): number | null {
  const file = path.join(dataDirectory, "postmaster.pid");
  if (!existsSync(file)) return null;
  const pid = Number(readFileSync(file, "utf8").split("\n", 1)[0]);
  return pid > 0 ? pid : null;
}
