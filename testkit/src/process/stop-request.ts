/** Interval of the checks whether run.mjs is still running. */
const PARENT_CHECK_MS = 500;

/** Why a program was asked to stop; the reason of the signal that `stopRequest` returns. */
export class StopRequested extends Error {
  override readonly name = "StopRequested";
}

/**
 * Returns a signal that is aborted when this program must stop: on SIGINT, SIGTERM, SIGHUP, or when the run.mjs that started it
 * has died (kill -9 of run.mjs does not reach this process). The handlers stay registered, because Ctrl-C arrives twice, from
 * the terminal and through npm, and the second one must not end a program that is stopping.
 */
export function stopRequest(): AbortSignal {
  const controller = new AbortController();
  const stop = (reason: string) => controller.abort(new StopRequested(reason));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop(signal));
  const runner = process.env["HELIOGRAPH_RUNNER"];
  // Child processes have this process as their parent and must not inherit the id.
  delete process.env["HELIOGRAPH_RUNNER"];
  if (runner !== undefined) {
    const check = () => {
      if (String(process.ppid) !== runner) stop("the process that started it has exited");
    };
    // Check at once: it may have been killed while this process was loading.
    check();
    setInterval(check, PARENT_CHECK_MS).unref();
  }
  return controller.signal;
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** The promise, or a rejection as soon as the signal is aborted; the outcome of the promise is then ignored. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  promise.catch(() => undefined);
  return Promise.race([promise, aborted(signal).then((): never => signal.throwIfAborted() as never)]);
}
