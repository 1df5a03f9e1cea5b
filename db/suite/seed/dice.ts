/**
 * Random generator (mulberry32) seeded with a name, so that its choices are the same in every run. Each table uses its own
 * generator: an additional choice in one table does not change the rows of the others.
 */
export class Dice {
  #state: number;

  constructor(name: string) {
    // FNV-1a hash: similar names get very different seeds.
    let hash = 0x811c9dc5;
    for (const char of name) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
    this.#state = hash >>> 0;
  }

  /** Returns a number in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Returns an integer from min to max, both inclusive. */
  int(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  /** Returns true with the probability `share` (0 to 1). */
  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(list: readonly T[]): T {
    return cyclic(list, this.int(0, list.length - 1));
  }

  /** Picks a key with a probability proportional to its weight. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const entries = Object.entries(weights) as [K, number][];
    let rest = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [key, weight] of entries) {
      rest -= weight;
      if (rest < 0) return key;
    }
    return cyclic(entries, entries.length - 1)[0];
  }

  /** Returns a shuffled copy. */
  shuffle<T>(list: readonly T[]): T[] {
    const copy = [...list];
    for (let i = copy.length - 1; i > 0; i--) {
      const j = this.int(0, i);
      [copy[i], copy[j]] = [cyclic(copy, j), cyclic(copy, i)];
    }
    return copy;
  }
}

/** Returns list[i modulo length]. An empty list throws here, so that no row gets an undefined value. */
export function cyclic<T>(list: readonly T[], i: number): T {
  if (list.length === 0) throw new Error("the list is empty");
  return list[i % list.length] as T;
}
