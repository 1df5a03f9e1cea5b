import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { processCommand } from "@heliograph/testkit/process/process-command";

function fileOf(dataFolder: string): string {
  return path.join(dataFolder, "demo.pid");
}

/** The live process that has claimed this data folder, or null. */
export function pidOfRunningDemo(dataFolder: string): number | null {
  const file = fileOf(dataFolder);
  const pid = existsSync(file) ? Number(readFileSync(file, "utf8")) : 0;
  // After a crash another process may have this id.
  return pid > 0 && /(demo|dev)\.ts/.test(processCommand(pid) ?? "") ? pid : null;
}

/**
 * Claims the data folder for this demo, so that two demos never use the same data. run.mjs also reads the file before it
 * replaces node_modules.
 * @throws Error when another demo has claimed it
 */
export function claimDataFolder(dataFolder: string): Disposable {
  const file = fileOf(dataFolder);
  for (;;) {
    if (create(file)) return { [Symbol.dispose]: () => rmSync(file, { force: true }) };
    const pid = pidOfRunningDemo(dataFolder);
    if (pid !== null) {
      throw new Error(
        `A demo already runs on ${dataFolder} (process ${pid}). Stop it first, or choose another folder with --data.`,
      );
    }
    rmSync(file, { force: true });
  }
}

/** Creates the file with this process's id. Returns false when the file exists. */
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
    throw new Error(`failed to write to ${folder} (${message}): ${remedy}`, { cause: error });
  }
}
