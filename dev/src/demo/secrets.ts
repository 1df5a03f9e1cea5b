import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Secrets that stay the same between two runs: keys of the tokens and cursors that browsers hold, and the superuser's password. */
export interface DemoSecrets {
  jwtSecret: string;
  cursorSecret: string;
  databasePassword: string;
}

/** Reads the secrets of this data folder, or creates them at the first run. Only the owner may read the file. */
export function demoSecrets(dataFolder: string): DemoSecrets {
  const file = path.join(dataFolder, "secrets.json");
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as DemoSecrets;
  const secret = () => randomBytes(32).toString("hex");
  const made = { jwtSecret: secret(), cursorSecret: secret(), databasePassword: secret() };
  mkdirSync(dataFolder, { recursive: true });
  writeFileSync(file, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
  return made;
}
