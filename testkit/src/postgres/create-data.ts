import { chownSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { initialisePostgres, type PostgresPlace } from "./server.ts";

/**
 * Creates the data directory of a new server next to its final place and moves it there when it is complete. initdb writes the
 * file that marks a database early, so a run that is killed halfway would otherwise leave a directory that looks initialised
 * and never starts. Remains of such runs are removed.
 */
export async function createData(place: PostgresPlace, password: string): Promise<void> {
  const { account, dataDirectory } = place;
  const parent = path.dirname(dataDirectory);
  const prefix = `${path.basename(dataDirectory)}.new-`;
  for (const name of readdirSync(parent)) {
    if (name.startsWith(prefix)) rmSync(path.join(parent, name), { recursive: true, force: true });
  }
  const draft = mkdtempSync(path.join(parent, prefix));
  if (account !== null) chownSync(draft, account.uid, account.gid);
  await initialisePostgres({ ...place, dataDirectory: draft }, password);
  rmSync(dataDirectory, { recursive: true, force: true });
  renameSync(draft, dataDirectory);
}
