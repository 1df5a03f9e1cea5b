import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { processCommand } from "@heliograph/testkit/process/process-command";

function fileOf(dataFolder: string): string {
  return path.join(dataFolder, "demo.pid");
}

/** The process that has claimed this data folder and lives, or null. */
export function pidOfRunningDemo(dataFolder: string): number | null {
  const file = fileOf(dataFolder);
  const pid = existsSync(file) ? Number(readFileSync(file, "utf8")) : 0;
  // After a crash the number may belong to somebody else.
  return pid > 0 && /(demo|dev)\.ts/.test(processCommand(pid) ?? "") ? pid : null;
}

/**
 * Claims the data folder for this demo: two would use the same data. run.mjs looks at the file too, before it replaces
 * node_modules. Throws when another demo has it.
 */
export function claimDataFolder(dataFolder: string): Disposable {
  const file = fileOf(dataFolder);
  for (;;) {
    if (create(file)) return { [Symbol.dispose]: () => rmSync(file, { force: true }) };
    const pid = pidOfRunningDemo(dataFolder);
    if (pid !== null) {
      throw new Error(
        `A demo already runs on ${dataFolder} (process ${pid}): stop it first, or give another folder with --data.`,
      );
    }
    rmSync(file, { force: true });
  }
}

/** Makes the file with our process id; false when there is one. */
function create(file: string): boolean {
  const folder = path.dirname(file);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    const { code, path: where, message } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" && where === file) return false;
    const remedy = "run it as the owner of the clone, or in a clone of your own";
    throw new Error(`The folder ${folder} cannot be written to (${message}): ${remedy}.`, { cause: error });
  }
}
