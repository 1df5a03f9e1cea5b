import { type Keepable, type Kept, keepRunning } from "./keep-running.ts";
import { onFreePort } from "./on-free-port.ts";

/**
 * Keeps a listening program running. The first start uses the preferred port or the next one that is free and not in `taken`
 * (to which it is added). Restarts use the same port, because other programs know it.
 */
export async function keepOnPort<T extends Keepable>(
  name: string,
  preferred: number,
  start: (port: number, signal: AbortSignal) => Promise<T>,
  options: { signal: AbortSignal; report: (text: string) => void; taken?: Set<number> },
): Promise<{ kept: Kept<T>; port: number }> {
  let known = 0;
  const kept = await keepRunning(
    name,
    async (signal) => {
      if (known !== 0) return start(known, signal);
      const { started, port } = await onFreePort(preferred, (candidate) => start(candidate, signal), options.taken);
      known = port;
      return started;
    },
    options,
  );
  return { kept, port: known };
}
