import type { DownMessage, UpMessage } from "@heliograph/protocol";
import { backoffDelay } from "@heliograph/shared/backoff";
import type { Clock } from "@heliograph/shared/clock";
import { Timer } from "@heliograph/shared/timer";
import type { Logger } from "../platform/logger.ts";
import { retryBackoff } from "../platform/retry-delay.ts";
import type { HeldVersion } from "../store/entity-store.ts";
import { type GoneRow, idsPerMessage, type Limits } from "./subscribe-batch.ts";

export type CoveredRowsPorts = {
  readonly send: (message: UpMessage) => boolean;
  /** Rows of the type on the device that lie inside one of the containers, with their versions. Undefined: not known. */
  readonly readInside:
    | ((entityCode: string, containerIds: readonly string[]) => Promise<ReadonlyMap<string, HeldVersion>>)
    | undefined;
  /** Whether the row has a subscription of its own, which compares it anyway. */
  readonly isWatched: (entityCode: string, id: string) => boolean;
  readonly onChanged: (
    entityCode: string,
    changes: readonly { entityId: string; version: number }[],
    seen: ReadonlyMap<string, HeldVersion>,
  ) => void;
  readonly onGone: (entityCode: string, rows: readonly GoneRow[]) => void;
  readonly onProgress: () => void;
  /** The server is asked about these rows. */
  readonly onCovered?: ((entityCode: string, ids: Iterable<string>) => void) | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
};

/** An answer takes one database read; ten seconds without one mean that it was lost with something on the way. */
const answerTimeoutMs = 10_000;

type Question = {
  readonly entityCode: string;
  readonly containers: readonly string[];
  readonly seen: ReadonlyMap<string, HeldVersion>;
};

/**
 * Rows that the device holds only because a container of them is subscribed: shown once and kept. On a new connection
 * nothing signals what happened to them before, so their versions are compared once, after the container is confirmed.
 */
export class CoveredRows {
  readonly #ports: CoveredRowsPorts;
  readonly #timer: Timer;
  readonly #due = new Map<string, Set<string>>();
  readonly #asked = new Map<string, Question>();
  #limits: Limits | undefined;
  #session = 0;
  #reading = false;
  #nextId = 1;
  #failures = 0;

  constructor(ports: CoveredRowsPorts) {
    this.#ports = ports;
    this.#timer = new Timer(ports.clock);
  }

  /** Everything is compared. */
  get settled(): boolean {
    return this.#asked.size === 0 && !this.#reading && this.#due.size === 0;
  }

  /** `afresh`: whatever was to be compared will be named again. */
  connected(limits: Limits, afresh: boolean): void {
    this.disconnected();
    if (afresh) this.#due.clear();
    this.#limits = limits;
    void this.#run();
  }

  disconnected(): void {
    this.#session += 1;
    this.#limits = undefined;
    this.#timer.clear();
    for (const { entityCode, containers } of this.#asked.values()) this.#note(entityCode, containers);
    this.#asked.clear();
  }

  /** These containers are confirmed. */
  add(entityCode: string, containers: readonly string[]): void {
    if (!this.#ports.readInside || !this.#limits?.covered || containers.length === 0) return;
    this.#note(entityCode, containers);
    void this.#run();
  }

  /** False when the message answers something else. */
  answered({ id, payload }: Extract<DownMessage, { type: "SUBSCRIBED" }>): boolean {
    const question = this.#take(id);
    if (!question) return false;
    const { entityCode, seen } = question;
    this.#failures = 0;
    if (payload.gone.length > 0)
      this.#ports.onGone(
        entityCode,
        payload.gone.map((one) => ({ id: one, seen: seen.get(one)?.version ?? 0 })),
      );
    this.#ports.onChanged(entityCode, payload.changed, seen);
    this.#ports.onProgress();
    return true;
  }

  /** False when the message answers something else. */
  failed({ id, payload }: Extract<DownMessage, { type: "ERROR" }>): boolean {
    const question = this.#take(id);
    if (!question) return false;
    if (payload.code !== "unavailable") {
      this.#ports.logger.warn(`[Sync] Rows inside containers could not be compared: ${payload.message}`);
      this.#ports.onProgress();
      return true;
    }
    this.#note(question.entityCode, question.containers);
    this.#failures += 1;
    this.#timer.set(backoffDelay(this.#failures, this.#ports.random(), retryBackoff), () => void this.#run());
    return true;
  }

  #take(id: string | undefined): Question | undefined {
    const question = id === undefined ? undefined : this.#asked.get(id);
    if (id === undefined || !question) return undefined;
    this.#asked.delete(id);
    if (this.#asked.size === 0) this.#timer.clear();
    return question;
  }

  #note(entityCode: string, containers: readonly string[]): void {
    const due = this.#due.get(entityCode) ?? new Set();
    for (const container of containers) due.add(container);
    this.#due.set(entityCode, due);
  }

  async #run(): Promise<void> {
    if (this.#reading || !this.#limits) return;
    this.#reading = true;
    let compared = false;
    for (let next = this.#next(); next; next = this.#next()) {
      compared = true;
      await this.#compare(next.entityCode, next.containers);
    }
    this.#reading = false;
    // Not for nothing: on a new connection this runs before anything is asked for, which would look as if all were answered.
    if (compared) this.#ports.onProgress();
  }

  #next(): { readonly entityCode: string; readonly containers: readonly string[] } | undefined {
    if (!this.#limits) return undefined;
    for (const [entityCode, containers] of this.#due) {
      this.#due.delete(entityCode);
      return { entityCode, containers: [...containers] };
    }
    return undefined;
  }

  async #compare(entityCode: string, containers: readonly string[]): Promise<void> {
    const session = this.#session;
    let held: ReadonlyMap<string, HeldVersion>;
    try {
      held = (await this.#ports.readInside?.(entityCode, containers)) ?? new Map();
    } catch (error) {
      this.#ports.logger.warn(`[Sync] Rows inside containers could not be read: ${String(error)}`);
      return;
    }
    if (session !== this.#session || !this.#limits) {
      this.#note(entityCode, containers);
      return;
    }
    const rows = [...held].filter(([id, { gone }]) => !gone && !this.#ports.isWatched(entityCode, id));
    const most = idsPerMessage(this.#limits);
    for (let at = 0; at < rows.length; at += most) this.#ask(entityCode, containers, rows.slice(at, at + most));
  }

  #ask(entityCode: string, containers: readonly string[], rows: readonly (readonly [string, HeldVersion])[]): void {
    const id = `c${this.#nextId++}`;
    const covered = rows.map(([one]) => one);
    this.#ports.onCovered?.(entityCode, covered);
    const coveredVersions = rows.map(([, { version }]) => version);
    this.#asked.set(id, { entityCode, containers, seen: new Map(rows) });
    this.#timer.set(answerTimeoutMs, () => this.#repeat());
    // Not sent: the link breaks, and what was asked is due again then.
    this.#ports.send({ type: "SUBSCRIBE", id, payload: { entityCode, covered, coveredVersions } });
  }

  #repeat(): void {
    for (const { entityCode, containers } of this.#asked.values()) this.#note(entityCode, containers);
    this.#asked.clear();
    void this.#run();
  }
}
