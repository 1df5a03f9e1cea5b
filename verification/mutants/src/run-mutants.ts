import { judge, type RunResult, type Verdict } from "./judge.ts";
import type { Mutant } from "./mutant.ts";
import { SourceTree } from "./source-tree.ts";

export type Result = { readonly mutant: Mutant; readonly verdict: Verdict; readonly seconds: number };

/**
 * Time limit of a test with a mutant: so many times what its slowest test takes without the mutant, and at least `floorMs`.
 * The limits of the tests themselves allow for a machine that is five times as busy, so a mutant that makes its test hang
 * would take minutes.
 */
const limitFactor = 10;
const defaultFloorMs = 20_000;

/**
 * Applies each mutant in a copy of the sources and runs the test that should catch it, `workers` at a time. `knownGreen`: another
 * run checks that the tests pass without mutants; it is checked here only for tests that hang. `newTree` and `floorMs`: for tests.
 */
export async function runMutants(
  mutants: readonly Mutant[],
  options: {
    readonly workers: number;
    readonly knownGreen?: boolean;
    readonly signal: AbortSignal;
    readonly onResult: (result: Result) => void;
    readonly newTree?: () => Pick<SourceTree, "root" | "apply" | "restore" | "remove">;
    readonly floorMs?: number;
  },
): Promise<Result[]> {
  const waiting = [...mutants];
  const results: Result[] = [];
  const unmutated = new Map<string, Promise<RunResult>>();
  const work = async (): Promise<void> => {
    const tree = options.newTree?.() ?? new SourceTree();
    const judgeMutant = new MutantJudge(tree, unmutated, options);
    try {
      for (let mutant = waiting.shift(); mutant && !options.signal.aborted; mutant = waiting.shift()) {
        const startedAt = performance.now();
        const verdict = await judgeMutant.judge(mutant);
        const result = { mutant, verdict, seconds: Math.round((performance.now() - startedAt) / 100) / 10 };
        results.push(result);
        options.onResult(result);
      }
    } finally {
      tree.remove();
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.workers, mutants.length) }, work));
  return results;
}

/** Judges mutants in one tree. `unmutated` holds the result of each test file without mutants, for all trees. */
class MutantJudge {
  readonly #tree: Pick<SourceTree, "root" | "apply" | "restore">;
  readonly #unmutated: Map<string, Promise<RunResult>>;
  readonly #knownGreen: boolean;
  readonly #signal: AbortSignal;
  readonly #floorMs: number;

  constructor(
    tree: Pick<SourceTree, "root" | "apply" | "restore">,
    unmutated: Map<string, Promise<RunResult>>,
    options: { readonly knownGreen?: boolean; readonly signal: AbortSignal; readonly floorMs?: number },
  ) {
    this.#tree = tree;
    this.#unmutated = unmutated;
    this.#knownGreen = options.knownGreen ?? false;
    this.#signal = options.signal;
    this.#floorMs = options.floorMs ?? defaultFloorMs;
  }

  async judge(mutant: Mutant): Promise<Verdict> {
    const { caughtBy } = mutant;
    if (!("test" in caughtBy)) return verdictOf(await this.#mutated(mutant, null));
    // A test that always fails or hangs would catch every mutant.
    const before = this.#knownGreen ? null : await this.#withoutMutant(caughtBy.test);
    if (before && before.kind !== "survived") return failsAnyway(before);
    const limitMs = this.#limit(before?.slowestMs ?? 0);
    const first = await this.#mutated(mutant, limitMs);
    if (first.kind !== "hung") return verdictOf(first);

    const alone = before ?? (await this.#withoutMutant(caughtBy.test));
    if (alone.kind !== "survived") return failsAnyway(alone);
    const longerMs = this.#limit(alone.slowestMs);
    const last = longerMs > limitMs ? await this.#mutated(mutant, longerMs) : first;
    return verdictOf(last);
  }

  #limit(slowestMs: number): number {
    return Math.ceil(Math.max(this.#floorMs, limitFactor * slowestMs));
  }

  async #mutated(mutant: Mutant, limitMs: number | null) {
    this.#tree.apply(mutant);
    try {
      return await judge(this.#tree.root, mutant.caughtBy, { limitMs, signal: this.#signal });
    } finally {
      this.#tree.restore();
    }
  }

  /** Runs a test file without a mutant, once for all trees. */
  #withoutMutant(test: string): Promise<RunResult> {
    const run = this.#unmutated.get(test) ?? judge(this.#tree.root, { test }, { limitMs: null, signal: this.#signal });
    this.#unmutated.set(test, run);
    return run;
  }
}

/** A hang counts as caught. The caller has checked that the test ends without the mutant. */
function verdictOf({ kind, why }: RunResult): Verdict {
  return kind === "hung" ? { kind: "caught", why: `${why} (hangs)` } : { kind, why };
}

function failsAnyway({ why }: RunResult): Verdict {
  return { kind: "broken", why: `fails without the mutant: ${why}` };
}
