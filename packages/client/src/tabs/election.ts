import type { Logger } from "../platform/logger.ts";
import type { TabPlatform } from "./tab-group.ts";

export type ElectionPorts = {
  readonly locks: TabPlatform["locks"];
  readonly group: string;
  /** Name of this tab, unique in the browser. */
  readonly tab: string;
  readonly onWon: () => void;
  /** Another tab took the lead because this one did not answer. */
  readonly onLost: () => void;
  readonly logger: Logger;
};

type Candidacy = { readonly withdrawal: AbortController; release: (() => void) | undefined };

/** Who leads: the holder of one Web Lock. The browser hands it on when its holder is closed or crashes. */
export class Election {
  readonly #ports: ElectionPorts;
  #candidacy: Candidacy | undefined;
  #leavePresence: (() => void) | undefined;

  constructor(ports: ElectionPorts) {
    this.#ports = ports;
  }

  get #presence(): string {
    return presenceOf(this.#ports.group, this.#ports.tab);
  }

  /** Makes this tab visible to the others, and then stands for the lead. */
  join(onPresent: () => void): void {
    const left = Promise.withResolvers<void>();
    this.#leavePresence = left.resolve;
    void this.#ports.locks
      .request(this.#presence, () => {
        if (this.#leavePresence !== left.resolve) return undefined; // left before it was granted
        this.#stand(false);
        onPresent();
        return left.promise;
      })
      .catch((error: unknown) => this.#ports.logger.warn(`[Sync] This tab could not register: ${String(error)}`));
  }

  /** Takes the lead from a leader that does not answer. */
  seize(): void {
    this.#withdraw();
    this.#stand(true);
  }

  leave(): void {
    this.#withdraw();
    this.#leavePresence?.();
    this.#leavePresence = undefined;
  }

  /**
   * Asks the browser, not the memory of this page: a page that was frozen or hung for a while does not know yet that
   * another one leads.
   */
  async confirm(): Promise<boolean> {
    const { held = [] } = await this.#ports.locks.query();
    const mine = held.find(({ name }) => name === this.#presence)?.clientId;
    return mine !== undefined && held.some(({ name, clientId }) => name === this.#ports.group && clientId === mine);
  }

  /** Calls back when the tab is closed, crashed or left; a frozen one is still there. Returns the end of the watch. */
  whenGone(tab: string, callback: () => void): () => void {
    const watch = new AbortController();
    this.#ports.locks
      .request(presenceOf(this.#ports.group, tab), { signal: watch.signal }, () => {
        if (!watch.signal.aborted) callback();
      })
      .catch(() => {}); // the watch was ended
    return () => watch.abort();
  }

  #stand(steal: boolean): void {
    const candidacy: Candidacy = { withdrawal: new AbortController(), release: undefined };
    this.#candidacy = candidacy;
    const { locks, group, logger } = this.#ports;
    const reign = () => {
      if (this.#candidacy !== candidacy) return undefined;
      const { promise, resolve } = Promise.withResolvers<void>();
      candidacy.release = resolve;
      this.#ports.onWon();
      return promise;
    };
    // A theft cannot be aborted, and need not: it is granted at once.
    const options = steal ? { steal } : { signal: candidacy.withdrawal.signal };
    void locks.request(group, options, reign).catch((error: unknown) => {
      if (this.#candidacy !== candidacy) return; // withdrawn
      this.#candidacy = undefined;
      if (!candidacy.release) {
        logger.warn(`[Sync] The election of a leading tab failed: ${String(error)}`);
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

function presenceOf(group: string, tab: string): string {
  return `${group}#${tab}`;
}
