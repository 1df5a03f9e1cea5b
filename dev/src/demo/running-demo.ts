import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { pidOfRunningDemo } from "./pid-file.ts";

/** The ready line of the demo that runs on this data folder, or null. A killed demo leaves its file behind. */
export function runningDemo(dataFolder: string): { gateways: string[]; databaseUrl: string } | null {
  const file = path.join(dataFolder, "demo.json");
  if (pidOfRunningDemo(dataFolder) === null || !existsSync(file)) return null;
  return JSON.parse(readFileSync(file, "utf8")) as { gateways: string[]; databaseUrl: string };
}
