/** How far two looks may differ from the time that passed between them. A clock that is corrected gradually stays far below. */
const toleranceMs = 60_000;
/** How long a clock must be steady after a step before it is trusted again. */
const steadyForMs = 60 * 60 * 1000;
/** How long the last trusted time may be past for a process that has just started; more than a deployment takes. */
const restartMs = 60 * 60 * 1000;

/**
 * Decides whether the database's clock may be trusted with deletions. Compares each look with the monotonic clock of this
 * process, and the first one with the last time that any watcher trusted.
 */
export class ClockCheck {
  #offsetMs: number | undefined;
  #steadySinceMs = 0;

  /**
   * @param nowMs the monotonic clock of this process
   * @param wallMs the database's clock
   * @param trustedMs the database's clock when a watcher last trusted it; null if none ever has
   */
  look({ nowMs, wallMs, trustedMs }: { nowMs: number; wallMs: number; trustedMs: number | null }): boolean {
    const offsetMs = wallMs - nowMs;
    if (this.#offsetMs === undefined) {
      const sinceMs = trustedMs === null ? Number.POSITIVE_INFINITY : wallMs - trustedMs;
      const continues = sinceMs >= -toleranceMs && sinceMs <= restartMs;
      this.#steadySinceMs = continues ? Number.NEGATIVE_INFINITY : nowMs;
    } else if (Math.abs(offsetMs - this.#offsetMs) > toleranceMs) this.#steadySinceMs = nowMs;
    this.#offsetMs = offsetMs;
    return nowMs - this.#steadySinceMs >= steadyForMs;
  }
}
