import { execFileSync } from "node:child_process";
import { isRoot } from "../process/cache-folder.ts";

/** The account that runs PostgreSQL when this process runs as root. */
export interface Account {
  uid: number;
  gid: number;
}

const OWN_ACCOUNT = "heliograph";

function lookUp(name: string): Account | null {
  try {
    const id = (flag: string) =>
      Number(execFileSync("id", [flag, name], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
    return { uid: id("-u"), gid: id("-g") };
  } catch {
    return null;
  }
}

/**
 * Null unless this process runs as root. Otherwise the existing `postgres` account, else a new one, else `nobody`. The account
 * must exist, because PostgreSQL looks up its name.
 */
export function postgresAccount(): Account | null {
  if (!isRoot) return null;
  const known = lookUp("postgres") ?? lookUp(OWN_ACCOUNT);
  if (known !== null) return known;
  try {
    execFileSync("useradd", ["--system", "--no-create-home", "--shell", "/usr/sbin/nologin", OWN_ACCOUNT], {
      stdio: "ignore",
    });
  } catch {
    // Without useradd or with a read-only /etc the account `nobody` is used.
  }
  const account = lookUp(OWN_ACCOUNT) ?? lookUp("nobody");
  if (account === null)
    throw new Error("PostgreSQL cannot run as root and no other account exists. Create an account named postgres.");
  return account;
}
