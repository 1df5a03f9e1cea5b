import type { Logger } from "../../platform/logger.ts";

export interface ElectionPorts {
  readonly locks: Pick<LockManager, "request" | "query">;
  readonly group: string;
  /** Name of this tab, unique in the browser. */
  readonly tab: string;
  readonly onWon: () => void;
  /** Another tab took the leader lock because this one did not answer. */
  readonly onLost: () => void;
  readonly logger: Logger;
}

interface Candidacy {
  readonly withdrawal: AbortController;
  release: (() => void) | undefined;
}

/** Elects the leading tab: the holder of one Web Lock. The browser passes it on when its holder is closed or crashes. */
export class Election {
  readonly #ports: ElectionPorts;
  #candidacy: Candidacy | undefined;
  #releasePresence: (() => void) | undefined;

  constructor(ports: ElectionPorts) {
    this.#ports = ports;
  }

  get #presenceLock(): string {
    return presenceLockOf(this.#ports.group, this.#ports.tab);
  }

  /** Takes the presence lock, which shows this tab to the others, and then stands for election. */
  join(onPresent: () => void): void {
    const left = Promise.withResolvers<void>();
    this.#releasePresence = left.resolve;
    void this.#ports.locks
      .request(this.#presenceLock, () => {
        if (this.#releasePresence !== left.resolve) return undefined; // left before the lock was granted
        this.#stand(false);
        onPresent();
        return left.promise;
      })
      .catch((error: unknown) =>
        this.#ports.logger.warn(`[Sync] failed to join the tabs of this browser; staying alone: ${String(error)}`),
      );
  }

  /** Takes the lock from a leader that does not answer. */
  acquire(): void {
    this.#withdraw();
    this.#stand(true);
  }

  leave(): void {
    this.#withdraw();
    this.#releasePresence?.();
    this.#releasePresence = undefined;
  }

  /**
   * Asks the browser whether this tab leads. The page's own state is no proof: a page that was frozen or hung does not
   * know yet that another one leads.
   */
  async confirm(): Promise<boolean> {
    const { held = [] } = await this.#ports.locks.query();
    const clientId = held.find(({ name }) => name === this.#presenceLock)?.clientId;
    if (clientId === undefined) return false;
    return held.some((lock) => lock.name === this.#ports.group && lock.clientId === clientId);
  }

  /**
   * Calls back when the tab is closed, has crashed or left. A frozen tab is still present.
   *
   * @returns the function that ends the watch
   */
  whenGone(tab: string, callback: () => void): () => void {
    const watch = new AbortController();
    this.#ports.locks
      .request(presenceLockOf(this.#ports.group, tab), { signal: watch.signal }, () => {
        if (!watch.signal.aborted) callback();
      })
      .catch(() => {}); // the watch was ended
    return () => watch.abort();
  }

  #stand(steal: boolean): void {
    const candidacy: Candidacy = { withdrawal: new AbortController(), release: undefined };
    this.#candidacy = candidacy;
    const { locks, group, logger } = this.#ports;
    const lead = () => {
      if (this.#candidacy !== candidacy) return undefined;
      const { promise, resolve } = Promise.withResolvers<void>();
      candidacy.release = resolve;
      this.#ports.onWon();
      return promise;
    };
    // Stealing cannot be aborted, and need not: it is granted at once.
    const options = steal ? { steal } : { signal: candidacy.withdrawal.signal };
    void locks.request(group, options, lead).catch((error: unknown) => {
      if (this.#candidacy !== candidacy) return; // withdrawn
      this.#candidacy = undefined;
      if (!candidacy.release) {
        logger.warn(`[Sync] failed to elect a leading tab; not retrying: ${String(error)}`);
        return;
      }
      this.#stand(false);
      this.#ports.onLost();
    });
  }

  #withdraw(): void {
    const candidacy = this.#candidacy;
    this.#candidacy = undefined;
    if (candidacy?.release) candidacy.release();
    else candidacy?.withdrawal.abort();
  }
}

function presenceLockOf(group: string, tab: string): string {
  return `${group}#${tab}`;
}
