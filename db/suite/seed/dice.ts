/**
 * Choices that look random and are the same in every run: a generator (mulberry32) seeded with a name.
 * Each table uses its own dice, so a new choice in one table does not shuffle the content of the others.
 */
export class Dice {
  #state: number;

  constructor(name: string) {
    // FNV-1a, so that neighbouring names start far apart.
    let hash = 0x811c9dc5;
    for (const char of name) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
    this.#state = hash >>> 0;
  }

  /** A number in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from min to max, both included. */
  int(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  /** True in `share` of the calls, 0 to 1. */
  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(list: readonly T[]): T {
    return cyclic(list, this.int(0, list.length - 1));
  }

  /** Picks a key by its weight. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const entries = Object.entries(weights) as [K, number][];
    let rest = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [key, weight] of entries) {
      rest -= weight;
      if (rest < 0) return key;
    }
    return cyclic(entries, entries.length - 1)[0];
  }

  /** A copy in another order. */
  shuffle<T>(list: readonly T[]): T[] {
    const copy = [...list];
    for (let i = copy.length - 1; i > 0; i--) {
      const j = this.int(0, i);
      [copy[i], copy[j]] = [cyclic(copy, j), cyclic(copy, i)];
    }
    return copy;
  }
}

/** list[i], starting again at the end; a wrong list fails here and not as an undefined value in a row. */
export function cyclic<T>(list: readonly T[], i: number): T {
  if (list.length === 0) throw new Error("A demo list is empty.");
  return list[i % list.length] as T;
}
