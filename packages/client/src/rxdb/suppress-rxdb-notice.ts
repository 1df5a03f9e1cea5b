/** Beginning of the message that is suppressed. */
const notice = "-------------- RxDB Open Core RxStorage";

/** Number of calls in progress, and the console's own function during them. */
let running = 0;
let original: Console["warn"] | undefined;

/**
 * Runs `work` without the notice about paid editions that RxDB's free Dexie storage prints to the console at its first
 * write, also in production. RxDB has no option to disable it. Every other warning passes, and afterwards the console is
 * as it was.
 */
export async function suppressRxdbNotice<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  const target = globalThis.console;
  if (running === 0) {
    const warn = target.warn;
    original = warn;
    target.warn = (...parts: unknown[]) => {
      if (typeof parts[0] !== "string" || !parts[0].startsWith(notice)) warn.apply(target, parts);
    };
  }
  running += 1;
  try {
    return await work();
  } finally {
    running -= 1;
    if (running === 0 && original) target.warn = original;
  }
}
