import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { processCommand } from "../process/process-command.ts";

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
  mkdirSync(dataFolder, { recursive: true });
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: "wx" });
      return { [Symbol.dispose]: () => rmSync(file, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const pid = pidOfRunningDemo(dataFolder);
    if (pid !== null) {
      throw new Error(
        `A demo already runs on ${dataFolder} (process ${pid}): stop it first, or give another folder with --data.`,
      );
    }
    rmSync(file, { force: true });
  }
}
