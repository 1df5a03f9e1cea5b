import { execFileSync } from "node:child_process";
import { isRoot } from "../process/cache-folder.ts";

/** The account that PostgreSQL runs under when we are root. */
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
 * Null unless we are root. Then the existing `postgres` account, else one of our own, else `nobody` (an account must
 * exist: PostgreSQL looks its name up).
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
    // No useradd, or a read-only /etc: nobody will do.
  }
  const account = lookUp(OWN_ACCOUNT) ?? lookUp("nobody");
  if (account === null)
    throw new Error("PostgreSQL does not run as root, and there is no account for it: create one named postgres.");
  return account;
}
