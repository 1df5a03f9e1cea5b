import { existsSync } from "node:fs";

const SETPRIV = "/usr/bin/setpriv";
/**
 * Shell script between setpriv and the program. Linux signals the death of a parent only to processes that requested it before,
 * so a parent that died before setpriv ran would leave the program running forever. `$0` is the id of the parent.
 */
const ONLY_BELOW_PARENT = '[ "$PPID" = "$0" ] && exec "$@"';

/**
 * Wraps a command so that Linux signals the program when this process dies without stopping it (kill -9, out of memory), and
 * does not start it when this process is already dead. On other systems the command is returned unchanged, and the next start
 * has to find and stop such a program.
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
