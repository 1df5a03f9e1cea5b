import { chownSync, copyFileSync, mkdirSync, readdirSync, readlinkSync, symlinkSync } from "node:fs";
import path from "node:path";
import type { Account } from "./account.ts";

/** Folders copied empty: their contents belong to the running server or are recreated by the copy. */
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
/** Files of the running server that are not copied. */
const skipped = new Set(["postmaster.pid", "postmaster.opts", "standby.signal", "recovery.signal", "backup_label"]);

/** Ignores files that the server deletes during the copy: the write-ahead log records the deletion. */
function ignoreMissing(work: () => void): void {
  try {
    work();
  } catch (error) {
    if ((error as { code?: string }).code !== "ENOENT") throw error;
  }
}

/**
 * Copies the data directory of a running server, between pg_backup_start and pg_backup_stop. Replay of the write-ahead log
 * repairs torn and missing files. `target` must exist; the account owns the copied files.
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
        if (!(top && emptied.has(entry.name))) ignoreMissing(() => copyFolder(here, there, false));
      } else if (entry.isSymbolicLink()) {
        symlinkSync(readlinkSync(here), there);
      } else if (!(top && skipped.has(entry.name))) {
        ignoreMissing(() => {
          copyFileSync(here, there);
          own(there);
        });
      }
    }
  };
  copyFolder(source, target, true);
}
