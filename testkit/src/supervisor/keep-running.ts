import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { hasExited } from "../process/stop-child.ts";

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 15_000;
/** A program that ran this long was healthy: the pause before its next restart starts at the minimum again. */
const HEALTHY_MS = 30_000;

/** A program that `keepRunning` can restart. */
export interface Keepable {
  readonly pid: number;
  readonly process: ChildProcess;
  stop(): Promise<unknown>;
}

/** The current instance of a program that is restarted whenever it exits. */
export interface Kept<T> extends AsyncDisposable {
  /** Null while it is being restarted. */
  current(): T | null;
}

/**
 * Starts a program and restarts it whenever it exits, with growing pauses. Rejects when the first start fails. Later failures
 * are reported and retried, because their cause (a port, the database) may go away.
 */
export async function keepRunning<T extends Keepable>(
  name: string,
  start: (signal: AbortSignal) => Promise<T>,
  options: { signal: AbortSignal; report: (text: string) => void },
): Promise<Kept<T>> {
  const { report } = options;
  const stopped = new AbortController();
  const signal = AbortSignal.any([options.signal, stopped.signal]);
  const first = await start(signal);
  let current: T | null = first;

  const supervise = async () => {
    let delay = FIRST_DELAY_MS;
    for (let instance: T | null = first; ; ) {
      if (instance !== null) {
        const since = Date.now();
        if (!hasExited(instance.process)) await once(instance.process, "exit");
        current = null;
        if (signal.aborted) return;
        const { exitCode, signalCode } = instance.process;
        if (Date.now() - since > HEALTHY_MS) delay = FIRST_DELAY_MS;
        report(`${name} exited (${signalCode ?? `exit code ${exitCode}`}); restarting in ${delay} ms.`);
      }
      await wait(delay, undefined, { signal });
      delay = Math.min(delay * 2, LONGEST_DELAY_MS);
      instance = null;
      try {
        instance = await start(signal);
        current = instance;
        report(`${name} was restarted (process ${instance.pid}).`);
      } catch (error) {
        if (signal.aborted) return;
        report(
          `${name} could not be started; retrying in ${delay} ms: ${error instanceof Error ? error.message : error}`,
        );
      }
    }
  };
  const supervision = supervise().catch((error: unknown) => {
    if (!signal.aborted) report(`failed to supervise ${name}; it is not restarted again: ${String(error)}`);
  });
  return {
    current: () => current,
    async [Symbol.asyncDispose]() {
      stopped.abort();
      await current?.stop();
      await supervision;
      // A start may have succeeded while the first stop was in progress.
      await current?.stop();
    },
  };
}
