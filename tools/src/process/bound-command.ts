import { existsSync } from "node:fs";

const SETPRIV = "/usr/bin/setpriv";

/**
 * Wraps a command so that Linux itself signals the program when we die without a chance to stop it (kill -9, out of
 * memory). Elsewhere the command is returned as it is, and such a program has to be found and stopped by the next start.
 */
export function boundCommand(
  command: string,
  args: readonly string[],
  signal: "INT" | "TERM",
): { command: string; args: string[] } {
  if (process.platform !== "linux" || !existsSync(SETPRIV)) return { command, args: [...args] };
  return { command: SETPRIV, args: [`--pdeathsig=${signal}`, command, ...args] };
}
