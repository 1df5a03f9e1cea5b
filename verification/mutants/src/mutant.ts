import type { RuleId } from "@heliograph/protocol/rules";

/** Replaces one piece of source text. `find` must occur exactly once in the file; otherwise the mutant must be updated. */
export type Patch = {
  /** Path from the root of the repository. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
};

/** The test or simulation that must fail with a mutant. */
export type CaughtBy =
  /** `npm run simulate`. `seed`: first seed, chosen so that the mutant is found soon. */
  | { readonly simulation: true; readonly seed?: number }
  /**
   * A test file, or one of its tests; for a parametrised test the title as written in the file. `error`: part of the product's
   * own error message, for tests that fail with that error and not with a failed expectation.
   */
  | { readonly test: string; readonly name?: string; readonly error?: string };

/** One mechanism broken on purpose: if all tests still pass, none of them tests the mechanism. */
export type Mutant = {
  readonly name: string;
  /** The rule or guarantee that it breaks; null for operational mechanisms, which no rule covers. */
  readonly rule: RuleId | null;
  /** The statement that no longer holds with the mutant, in one sentence. */
  readonly breaks: string;
  readonly patches: readonly Patch[];
  readonly caughtBy: CaughtBy;
  /**
   * How a patch under db/ is applied. By default the patched definitions are executed on each test database, which is quick;
   * "template" rebuilds the templates, for definitions that cannot be replaced.
   */
  readonly database?: "template";
};
