import nodeCrypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import nodeTimers from "node:timers";
import timerPromises from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { epochMs } from "./epoch.ts";
import type { Host } from "./host.ts";

/** Time as the realm needs it. */
export type Timekeeper = {
  /** Milliseconds since the beginning. */
  readonly now: number;
  /** The process whose code runs at this moment. */
  readonly current: Host | undefined;
  after(delayMs: number, host: Host | undefined, run: () => void): () => void;
};

/** Whose time and chance the code that runs now gets; undefined: the machine's own. */
let scheduler: Timekeeper | undefined;
let random: () => number = Math.random;

/** The seeded source for everything that asks for a random number behind the back of the ports. */
export function setRandom(source: () => number): void {
  random = source;
}

/** Runs code under the scheduler's time. Synchronous, so that nothing else of this program can ever meet that time. */
export function inRealm<Result>(of: Timekeeper, work: () => Result): Result {
  const before = scheduler;
  scheduler = of;
  try {
    return work();
  } finally {
    scheduler = before;
  }
}

/**
 * Settles every promise that can settle, at once. Waiting for a turn of the event loop does the same at ten times the
 * cost. Works only where no promise callback is running; the runner starts each simulation from a fresh task.
 */
export const drainMicrotasks: () => void = (() => {
  setFlagsFromString("--allow-natives-syntax");
  return new Function("%PerformMicrotaskCheckpoint()") as () => void;
})();

type Handle = { cancel(): void; unref(): Handle; ref(): Handle };

function handle(cancel: () => void): Handle {
  const made: Handle = { cancel, unref: () => made, ref: () => made };
  return made;
}

type Callback = (...args: unknown[]) => void;

/**
 * Puts the simulated time behind what code reaches without a port: timers, clocks and random identifiers. Ports that exist
 * are used as such; this catches the rest, so that a forgotten `Date.now()` cannot make runs differ. Outside of `inRealm`
 * everything behaves as ever.
 */
function install(): void {
  const real = {
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    setImmediate: globalThis.setImmediate,
    dateNow: Date.now,
    performanceNow: performance.now.bind(performance),
    mathRandom: Math.random,
    wait: timerPromises.setTimeout,
    randomUUID: nodeCrypto.randomUUID,
    randomBytes: nodeCrypto.randomBytes,
  };
  const later = (delayMs: number, callback: () => void): Handle =>
    handle((scheduler as Timekeeper).after(delayMs, (scheduler as Timekeeper).current, callback));

  const setTimeoutHere = (callback: Callback, ms?: number, ...args: unknown[]): unknown =>
    scheduler ? later(ms ?? 0, () => callback(...args)) : real.setTimeout(callback, ms, ...args);
  const clearTimeoutHere = (timer: unknown): void => {
    if (typeof timer === "object" && timer !== null && "cancel" in timer) (timer as Handle).cancel();
    else real.clearTimeout(timer as NodeJS.Timeout | undefined);
  };
  const setImmediateHere = (callback: Callback, ...args: unknown[]): unknown =>
    scheduler ? later(0, () => callback(...args)) : real.setImmediate(callback, ...args);
  const randomUUIDHere = (): string => (scheduler ? uuid() : real.randomUUID());

  const replaced = { setTimeout: setTimeoutHere, clearTimeout: clearTimeoutHere, setImmediate: setImmediateHere };
  Object.assign(globalThis, replaced);
  Object.assign(nodeTimers, replaced);
  Object.assign(timerPromises, {
    setTimeout: (ms?: number, value?: unknown, options?: object) =>
      scheduler ? new Promise((resolve) => later(ms ?? 0, () => resolve(value))) : real.wait(ms, value, options),
  });
  Object.assign(nodeCrypto, {
    randomUUID: randomUUIDHere,
    randomBytes: (size: number) =>
      scheduler ? Buffer.from(Array.from({ length: size }, () => Math.floor(random() * 256))) : real.randomBytes(size),
  });
  syncBuiltinESMExports();
  Object.defineProperty(globalThis.crypto, "randomUUID", { value: randomUUIDHere, configurable: true });
  Math.random = () => (scheduler ? random() : real.mathRandom());
  Date.now = () => (scheduler ? epochMs + scheduler.now + (scheduler.current?.skewMs ?? 0) : real.dateNow());
  performance.now = () => (scheduler ? scheduler.now : real.performanceNow());
}

/** A version 4 UUID from the seeded source. */
export function uuid(): string {
  const hex = (digits: number): string => {
    let text = "";
    for (let at = 0; at < digits; at += 1) text += Math.floor(random() * 16).toString(16);
    return text;
  };
  return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
}

install();
