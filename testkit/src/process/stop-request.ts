/** How often to look whether run.mjs still lives. */
const PARENT_CHECK_MS = 500;

/** Why a program was asked to stop; the reason of the signal that `stopRequest` returns. */
export class StopRequested extends Error {
  override readonly name = "StopRequested";
}

/**
 * A signal that is aborted when this program shall stop: SIGINT, SIGTERM, SIGHUP, or the death of the run.mjs that
 * started it (a kill -9 up there reaches nobody else). The handlers stay registered, because Ctrl-C arrives twice, from
 * the terminal and through npm, and the second one must not end a program that is busy stopping.
 */
export function stopRequest(): AbortSignal {
  const controller = new AbortController();
  const stop = (reason: string) => controller.abort(new StopRequested(reason));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop(signal));
  const runner = process.env["HELIOGRAPH_RUNNER"];
  // What we start in turn has us as its parent, and must not take this for the number of its own.
  delete process.env["HELIOGRAPH_RUNNER"];
  if (runner !== undefined) {
    const look = () => {
      if (String(process.ppid) !== runner) stop("the end of the process that started it");
    };
    // At once as well: it may have been killed while we were loading.
    look();
    setInterval(look, PARENT_CHECK_MS).unref();
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

/** The promise, or a rejection as soon as the signal is aborted; what the promise does after that interests nobody. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  promise.catch(() => undefined);
  return Promise.race([promise, aborted(signal).then((): never => signal.throwIfAborted() as never)]);
}
