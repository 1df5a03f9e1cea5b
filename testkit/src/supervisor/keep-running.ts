import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { hasExited } from "../process/stop-child.ts";

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 15_000;
/** Whoever lived this long was healthy, and its next end is a new story. */
const HEALTHY_MS = 30_000;

/** A program that `keepRunning` looks after. */
export interface Keepable {
  readonly pid: number;
  readonly process: ChildProcess;
  stop(): Promise<unknown>;
}

/** The present instance of a program that is started again whenever it ends. */
export interface Kept<T> extends AsyncDisposable {
  /** Null while it is being started again. */
  current(): T | null;
}

/**
 * Starts a program and starts it again whenever it ends, with growing pauses. Rejects when the first start fails;
 * later failures are reported and tried again, because what they wait for (a port, the database) may come back.
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

  const look = async () => {
    let delay = FIRST_DELAY_MS;
    for (let instance: T | null = first; ; ) {
      if (instance !== null) {
        const since = Date.now();
        if (!hasExited(instance.process)) await once(instance.process, "exit");
        current = null;
        if (signal.aborted) return;
        const { exitCode, signalCode } = instance.process;
        if (Date.now() - since > HEALTHY_MS) delay = FIRST_DELAY_MS;
        report(`${name} ended (${signalCode ?? `exit code ${exitCode}`}); starting it again in ${delay} ms.`);
      }
      await wait(delay, undefined, { signal });
      delay = Math.min(delay * 2, LONGEST_DELAY_MS);
      instance = null;
      try {
        instance = await start(signal);
        current = instance;
        report(`${name} runs again (process ${instance.pid}).`);
      } catch (error) {
        if (signal.aborted) return;
        report(
          `${name} could not be started, next try in ${delay} ms: ${error instanceof Error ? error.message : error}`,
        );
      }
    }
  };
  const looking = look().catch((error: unknown) => {
    if (!signal.aborted) report(`${name} is no longer looked after: ${String(error)}`);
  });
  return {
    current: () => current,
    async [Symbol.asyncDispose]() {
      stopped.abort();
      await current?.stop();
      await looking;
      // A start that had just succeeded when the stop came.
      await current?.stop();
    },
  };
}
