import { judge, type Verdict } from "./judge.ts";
import type { Mutant } from "./mutant.ts";
import { SourceTree } from "./source-tree.ts";

export type Result = { readonly mutant: Mutant; readonly verdict: Verdict; readonly seconds: number };

/**
 * Applies each mutant in a copy of the sources and runs the test that should catch it, `workers` at a time. `knownGreen`: skips the
 * check that the tests pass without mutants, because another run does that.
 */
export async function runMutants(
  mutants: readonly Mutant[],
  options: {
    readonly workers: number;
    readonly knownGreen?: boolean;
    readonly signal: AbortSignal;
    readonly onResult: (result: Result) => void;
  },
): Promise<Result[]> {
  const waiting = [...mutants];
  const results: Result[] = [];
  const green = new Map<string, Promise<Verdict>>();
  const work = async (): Promise<void> => {
    const tree = new SourceTree();
    try {
      for (let mutant = waiting.shift(); mutant && !options.signal.aborted; mutant = waiting.shift()) {
        const startedAt = performance.now();
        const broken = options.knownGreen ? null : await unmutated(tree, mutant, green, options.signal);
        tree.apply(mutant);
        const verdict = broken ?? (await judge(tree.root, mutant.caughtBy, options.signal));
        tree.restore();
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

/** Checks once per file that the test passes without a mutant: a test that always fails would catch every mutant. */
async function unmutated(
  tree: SourceTree,
  { caughtBy }: Mutant,
  green: Map<string, Promise<Verdict>>,
  signal: AbortSignal,
): Promise<Verdict | null> {
  if (!("test" in caughtBy)) return null;
  const { test } = caughtBy;
  if (!green.has(test)) green.set(test, judge(tree.root, { test }, signal));
  const verdict = await green.get(test);
  return verdict?.kind === "survived" ? null : { kind: "broken", why: `fails without the mutant: ${verdict?.why}` };
}
