import { existsSync } from "node:fs";

const SETPRIV = "/usr/bin/setpriv";
/**
 * Runs between setpriv and the program: Linux signals the death of a parent only to those that asked for it before, so
 * one that died while its child was on its way to setpriv would leave it running for ever. `$0` is the parent's id.
 */
const ONLY_BELOW_PARENT = '[ "$PPID" = "$0" ] && exec "$@"';

/**
 * Wraps a command so that Linux itself signals the program when we die without a chance to stop it (kill -9, out of
 * memory), or does not start it when we are dead already. Elsewhere the command is returned as it is, and such a program
 * has to be found and stopped by the next start.
 */
export function boundCommand(
  command: string,
  args: readonly string[],
  signal: "INT" | "TERM",
): { command: string; args: string[] } {
  if (process.platform !== "linux" || !existsSync(SETPRIV)) return { command, args: [...args] };
  const guard = ["/bin/sh", "-c", ONLY_BELOW_PARENT, String(process.pid)];
  return { command: SETPRIV, args: [`--pdeathsig=${signal}`, ...guard, command, ...args] };
}
