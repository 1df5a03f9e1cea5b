import type { RuleId } from "@heliograph/protocol/rules";

/** A change of one place. `find` must occur exactly once in the file, or the mutant has to be looked at again. */
export type Patch = {
  /** From the top of the repository. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
};

/** Where a mutant must turn something red. */
export type CaughtBy =
  /** `npm run simulate`; `seed`: where to begin so that it is found soon. */
  | { readonly simulation: true; readonly seed?: number }
  /**
   * A test file, or one test of it: of a parametrised test the name as it stands in the file. `error`: words of the error
   * with which the product itself refuses to go on, where that is what the test sees in place of a failed expectation.
   */
  | { readonly test: string; readonly name?: string; readonly error?: string };

/** One mechanism, broken on purpose: a suite that stays green with it does not test the mechanism. */
export type Mutant = {
  readonly name: string;
  /** The rule or guarantee that it breaks; null for mechanisms of operation, which no rule covers. */
  readonly rule: RuleId | null;
  /** What no longer holds with it, in one sentence. */
  readonly breaks: string;
  readonly patches: readonly Patch[];
  readonly caughtBy: CaughtBy;
  /**
   * How a patch under db/ reaches the tests: definitions that can be made again are executed on each test database, which
   * is quick; others need templates built from patched migrations.
   */
  readonly database?: "template";
};
