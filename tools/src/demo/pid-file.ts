import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { processCommand } from "../process/process-command.ts";

/**
 * Claims the data folder for this demo: two would use the same data. run.mjs looks at the file too, before it replaces
 * node_modules. Throws when another demo has it.
 */
export function claimDataFolder(dataFolder: string): Disposable {
  const file = path.join(dataFolder, "demo.pid");
  mkdirSync(dataFolder, { recursive: true });
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: "wx" });
      return { [Symbol.dispose]: () => rmSync(file, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const pid = Number(readFileSync(file, "utf8"));
    if (pid > 0 && (processCommand(pid) ?? "").match(/(demo|dev)\.ts/)) {
      throw new Error(
        `A demo already runs on ${dataFolder} (process ${pid}): stop it first, or give another folder with --data.`,
      );
    }
    rmSync(file, { force: true });
  }
}
