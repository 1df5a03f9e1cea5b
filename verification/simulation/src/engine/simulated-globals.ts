import nodeCrypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import nodeTimers from "node:timers";
import timerPromises from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { epochMs } from "./epoch.ts";
import type { Host } from "./host.ts";

/** The simulated time, as the replaced globals need it. */
export type TimeSource = {
  /** Milliseconds since the start of the simulation. */
  readonly now: number;
  /** The process whose code is running. */
  readonly current: Host | undefined;
  after(delayMs: number, host: Host | undefined, run: () => void): () => void;
};

/** Time source of the running code; undefined outside of the simulation, where the real globals apply. */
let scheduler: TimeSource | undefined;
let random: () => number = Math.random;

/** Sets the seeded source for code that draws random numbers from globals and not through a port. */
export function setGlobalRandom(source: () => number): void {
  random = source;
}

/** Runs code with simulated globals. Synchronous, so that no other code of this program can ever see the simulated time. */
export function withSimulatedGlobals<Result>(of: TimeSource, work: () => Result): Result {
  const before = scheduler;
  scheduler = of;
  try {
    return work();
  } finally {
    scheduler = before;
  }
}

/**
 * Runs all pending promise callbacks at once. Waiting for a turn of the event loop does the same at ten times the cost.
 * Works only while no promise callback is running, so the runner starts each simulation in its own task.
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
 * Replaces the globals that code reaches without a port (timers, clocks, random identifiers) by simulated ones. Ports are used
 * where they exist; this covers the rest, so that an overlooked `Date.now()` cannot make runs differ. Outside of
 * `withSimulatedGlobals` the real globals apply.
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
    handle((scheduler as TimeSource).after(delayMs, (scheduler as TimeSource).current, callback));

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

/** Draws a version 4 UUID from the seeded source. */
export function uuid(): string {
  const hex = (digits: number): string => {
    let text = "";
    for (let at = 0; at < digits; at += 1) text += Math.floor(random() * 16).toString(16);
    return text;
  };
  return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
}

install();
