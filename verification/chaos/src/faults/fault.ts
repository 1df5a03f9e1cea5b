import { setTimeout as wait } from "node:timers/promises";
import type { SeededRandom } from "@heliograph/shared/seeded-random";
import type { FaultProxy } from "@heliograph/testkit/network/fault-proxy";
import type { Trouble } from "@heliograph/testkit/network/trouble";
import type pg from "pg";
import type { ChaosClient } from "../chaos-client.ts";
import type { Site } from "../site.ts";
import type { World } from "../world.ts";

/** What a fault found out itself. */
export interface FaultNotes {
  /** A duration, milliseconds. */
  measure(name: string, milliseconds: number): void;
  /** Something that breaks the rules. */
  violation(text: string): void;
}

/** What a fault may lay its hands on. */
export interface FaultContext {
  readonly site: Site;
  readonly clients: readonly ChaosClient[];
  readonly world: World;
  readonly random: SeededRandom;
  /** Superuser, past every proxy. */
  readonly sql: pg.Pool;
  readonly notes: FaultNotes;
}

/** One kind of misfortune. `strike` returns when everything is whole again, as far as the fault itself is concerned. */
export interface Fault {
  readonly name: string;
  readonly strike: (context: FaultContext) => Promise<void>;
  /** The database goes back in time: acknowledged writes are lost and rows return to older versions. */
  readonly rewinds?: boolean;
  /** Somebody may lose the right to write what is in the queue of his device. */
  readonly refuses?: boolean;
  /** Some links stay silent after the healing; so long a client may need to find out, milliseconds. */
  readonly noticeMs?: number;
  /** False where this machine cannot do it. */
  readonly possible?: (site: Site) => boolean;
}

/**
 * Waits a time between the two, milliseconds. Short ones are more frequent, so that many injections fit in a run; every
 * length comes about.
 */
export async function last(random: SeededRandom, shortest: number, longest: number): Promise<void> {
  await wait(shortest + (longest - shortest) * random.next() ** 3);
}

/** Troubles links for a time, then heals them. */
export async function trouble(
  random: SeededRandom,
  links: readonly FaultProxy[],
  kind: Trouble,
  [shortest, longest]: readonly [number, number],
): Promise<void> {
  for (const link of links) link.misbehave(kind);
  await last(random, shortest, longest);
  for (const link of links) link.heal();
}

const INSIST_MS = 20_000;

/** Repeats a statement until it succeeds: the database may be down for another reason at the same time. */
export async function insist<T>(work: () => Promise<T>): Promise<T> {
  for (const deadline = Date.now() + INSIST_MS; ; await wait(100)) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

const LOOK_MS = 20;

/** Milliseconds until the condition holds, null when it does not within the patience or before the signal is aborted. */
export async function timeUntil(
  condition: () => Promise<boolean>,
  { patienceMs, signal }: { patienceMs: number; signal?: AbortSignal },
): Promise<number | null> {
  const began = performance.now();
  while (performance.now() - began < patienceMs && !signal?.aborted) {
    if (await condition().catch(() => false)) return performance.now() - began;
    await wait(LOOK_MS);
  }
  return null;
}
