/** Releases one resource. */
export type Release = () => void | Promise<void>;

/**
 * A stack of releases: the resource acquired last is released first. All are tried, and the first error is thrown at the
 * end. It covers a service whose start failed too: everything pushed before the failure is released.
 */
export class Releasers {
  #stack: { name: string; release: Release }[] = [];

  push(name: string, release: Release): void {
    this.#stack.push({ name, release });
  }

  async releaseAll(): Promise<void> {
    const errors: unknown[] = [];
    for (let entry = this.#stack.pop(); entry; entry = this.#stack.pop()) {
      try {
        await entry.release();
      } catch (error) {
        errors.push(new Error(`releasing ${entry.name} failed`, { cause: error }));
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}
