import { setTimeout as wait } from "node:timers/promises";
import type pg from "pg";
import type { ChaosClient } from "../chaos-client.ts";
import type { Dice } from "../dice.ts";
import type { FaultProxy } from "../fault-proxy.ts";
import type { Site } from "../site.ts";
import type { Trouble } from "../trouble.ts";
import type { World } from "../world.ts";

/** What a fault may lay its hands on. */
export interface FaultContext {
  readonly site: Site;
  readonly clients: readonly ChaosClient[];
  readonly world: World;
  readonly dice: Dice;
  /** Superuser, past every proxy. */
  readonly sql: pg.Pool;
}

/** One kind of misfortune. `strike` returns when everything is whole again, as far as the fault itself is concerned. */
export interface Fault {
  readonly name: string;
  readonly strike: (context: FaultContext) => Promise<void>;
}

/** Waits a time between the two, milliseconds. */
export async function last(dice: Dice, shortest: number, longest: number): Promise<void> {
  await wait(dice.between(shortest, longest));
}

/** Troubles links for a time, then heals them. */
export async function trouble(
  dice: Dice,
  links: readonly FaultProxy[],
  kind: Trouble,
  [shortest, longest]: readonly [number, number],
): Promise<void> {
  for (const link of links) link.misbehave(kind);
  await last(dice, shortest, longest);
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
