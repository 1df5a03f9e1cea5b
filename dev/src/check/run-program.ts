import { spawn } from "node:child_process";
import { once } from "node:events";
import { npmCommand } from "@heliograph/testkit/process/npm-command";
import { repositoryRoot } from "@heliograph/testkit/repository";

/** Runs a program in the root folder of the repository. Resolves to its output if it fails, and to no text otherwise. */
export async function runProgram(command: string, args: readonly string[]): Promise<string[]> {
  const child = spawn(command, args, { cwd: repositoryRoot, stdio: ["ignore", "pipe", "pipe"] });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => output.push(chunk));
  const [code] = (await once(child, "close")) as [number | null];
  if (code === 0) return [];
  return [Buffer.concat(output).toString().trim() || `${command} ${args.join(" ")} failed (exit code ${code})`];
}

/** Runs npm; the npm that started this process, if any. */
export function runNpm(args: readonly string[]): Promise<string[]> {
  const npm = npmCommand();
  return runProgram(npm.command, [...npm.args, ...args]);
}
