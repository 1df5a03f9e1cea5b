import { setTimeout as wait } from "node:timers/promises";
import type { SeededRandom } from "@heliograph/shared/seeded-random";
import type { FaultProxy } from "@heliograph/testkit/network/fault-proxy";
import type { NetworkFault } from "@heliograph/testkit/network/network-fault";
import type pg from "pg";
import type { ChaosClient } from "../clients/chaos-client.ts";
import type { ChaosCluster } from "../cluster/chaos-cluster.ts";
import type { Dataset } from "../dataset.ts";

/** Measurements and violations that a fault reports itself. */
export interface FaultObserver {
  /** A duration, milliseconds. */
  measure(name: string, milliseconds: number): void;
  /** A broken rule. */
  violation(text: string): void;
}

/** Everything that a fault may act on. */
export interface FaultContext {
  readonly cluster: ChaosCluster;
  readonly clients: readonly ChaosClient[];
  readonly dataset: Dataset;
  readonly random: SeededRandom;
  /** Superuser, past every proxy. */
  readonly sql: pg.Pool;
  readonly observer: FaultObserver;
}

/** One kind of fault. `inject` resolves when the fault is over and everything it stopped runs again. */
export interface Fault {
  readonly name: string;
  readonly inject: (context: FaultContext) => Promise<void>;
  /** The database loses acknowledged writes, so rows return to older versions. */
  readonly losesWrites?: boolean;
  /** A user may lose the right to write what is still in the outbox of their client. */
  readonly mayRefuseWrites?: boolean;
  /** Some connections stay silent after the fault; how long a client may need to notice, milliseconds. */
  readonly noticeMs?: number;
  /** False where this machine cannot inject the fault. */
  readonly isSupported?: (cluster: ChaosCluster) => boolean;
}

/**
 * Waits a random time between the two, milliseconds. Short pauses are more frequent so that many injections fit in a run, but
 * every length occurs.
 */
export async function randomPause(random: SeededRandom, shortest: number, longest: number): Promise<void> {
  await wait(shortest + (longest - shortest) * random.next() ** 3);
}

/** Injects a network fault into links for a random time, then heals them. */
export async function disturb(
  random: SeededRandom,
  links: readonly FaultProxy[],
  fault: NetworkFault,
  [shortest, longest]: readonly [number, number],
): Promise<void> {
  for (const link of links) link.inject(fault);
  await randomPause(random, shortest, longest);
  for (const link of links) link.heal();
}

const RETRY_MS = 20_000;

/** Repeats a statement until it succeeds: a concurrent fault may have taken the database down. */
export async function retryUntilDone<T>(work: () => Promise<T>): Promise<T> {
  for (const deadline = Date.now() + RETRY_MS; ; await wait(100)) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

const CHECK_MS = 20;

/** Milliseconds until the condition holds; null when it does not within `timeoutMs` or before the signal is aborted. */
export async function timeUntil(
  condition: () => Promise<boolean>,
  { timeoutMs, signal }: { timeoutMs: number; signal?: AbortSignal },
): Promise<number | null> {
  const began = performance.now();
  while (performance.now() - began < timeoutMs && !signal?.aborted) {
    if (await condition().catch(() => false)) return performance.now() - began;
    await wait(CHECK_MS);
  }
  return null;
}
