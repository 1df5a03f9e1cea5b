/** How the one message begins that is kept off the console. */
const advertisement = "-------------- RxDB Open Core RxStorage";

/** Openings under way, and the console's own function while there are any. */
let openings = 0;
let original: Console["warn"] | undefined;

/**
 * Runs `work`, the opening of a database, without the advertisement that RxDB's free Dexie storage writes to the console
 * of every visitor. RxDB offers no switch for it. Every other warning passes, also during `work`, and afterwards the
 * console is as it was.
 */
export async function suppressRxdbNotice<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  const target = globalThis.console;
  if (openings === 0) {
    const warn = target.warn;
    original = warn;
    target.warn = (...parts: unknown[]) => {
      if (typeof parts[0] !== "string" || !parts[0].startsWith(advertisement)) warn.apply(target, parts);
    };
  }
  openings += 1;
  try {
    return await work();
  } finally {
    openings -= 1;
    if (openings === 0 && original) target.warn = original;
  }
}
