import { chownSync, copyFileSync, mkdirSync, readdirSync, readlinkSync, symlinkSync } from "node:fs";
import path from "node:path";
import type { Account } from "./account.ts";

/** Contents of these belong to the running server, or are made anew by the copy; the folders themselves must exist. */
const emptied = new Set([
  "pg_wal",
  "pg_replslot",
  "pg_dynshmem",
  "pg_notify",
  "pg_serial",
  "pg_snapshots",
  "pg_stat_tmp",
  "pg_subtrans",
]);
/** Files of the running server itself. */
const left = new Set(["postmaster.pid", "postmaster.opts", "standby.signal", "recovery.signal", "backup_label"]);

/** A file that the server deletes while we copy is no part of the backup: the write-ahead log knows that it went. */
function unlessGone(work: () => void): void {
  try {
    work();
  } catch (error) {
    if ((error as { code?: string }).code !== "ENOENT") throw error;
  }
}

/**
 * Copies the data directory of a server that runs, between pg_backup_start and pg_backup_stop: torn and vanished files are
 * made whole by replaying the write-ahead log. `target` must exist and is left as the account's own.
 */
export function copyRunningData(source: string, target: string, account: Account | null): void {
  const own = (file: string): void => {
    if (account !== null) chownSync(file, account.uid, account.gid);
  };
  const copyFolder = (from: string, to: string, top: boolean): void => {
    for (const entry of readdirSync(from, { withFileTypes: true })) {
      const [here, there] = [path.join(from, entry.name), path.join(to, entry.name)];
      if (entry.isDirectory()) {
        if (entry.name.startsWith("pgsql_tmp")) continue;
        mkdirSync(there, { mode: 0o700 });
        own(there);
        if (!(top && emptied.has(entry.name))) unlessGone(() => copyFolder(here, there, false));
      } else if (entry.isSymbolicLink()) {
        symlinkSync(readlinkSync(here), there);
      } else if (!(top && left.has(entry.name))) {
        unlessGone(() => {
          copyFileSync(here, there);
          own(there);
        });
      }
    }
  };
  copyFolder(source, target, true);
}
