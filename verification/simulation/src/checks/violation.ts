/** Which promise was broken. */
export type Promised = "convergence" | "silent gap" | "monotonic" | "confidential" | "sequence" | "bounded";

export type Violation = { readonly promise: Promised; readonly atMs: number; readonly what: string };

/** Collects at most 20 violations. A mutant is reported as caught by the first. */
export class Violations {
  readonly found: Violation[] = [];

  add(promise: Promised, atMs: number, what: string): void {
    if (this.found.length < 20) this.found.push({ promise, atMs: Math.round(atMs), what });
  }
}
