/** Undoes one acquisition. */
export type Release = () => void | Promise<void>;

/**
 * A stack of undos: what was acquired last is released first, all of them are tried, the first error is thrown at the
 * end. Also covers a half-built service: whatever was pushed before the failure is released.
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
