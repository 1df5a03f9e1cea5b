/** Which promise was broken. */
export type Promised = "convergence" | "silent gap" | "monotonic" | "confidential" | "sequence" | "bounded" | "rest";

export type Violation = { readonly promise: Promised; readonly atMs: number; readonly what: string };

/** Collects what went wrong; the first one is what a mutant is caught by. */
export class Violations {
  readonly found: Violation[] = [];

  add(promise: Promised, atMs: number, what: string): void {
    if (this.found.length < 20) this.found.push({ promise, atMs: Math.round(atMs), what });
  }
}
