import type { ApiClient, WriteOptions } from "./api/api-client.ts";
import { ApiError, ConflictError } from "./api/api-error.ts";
import { backoffDelay } from "./backoff.ts";
import type { Clock } from "./clock.ts";
import { type EntityKey, entityKey } from "./entity-key.ts";
import { randomId } from "./random-id.ts";
import type { Refetcher } from "./refetch/refetcher.ts";
import type { EntityDoc } from "./register.ts";
import type { EntityStore } from "./store/entity-store.ts";

/** Tries of one write when no answer comes. All carry the same key, so the write acts once however many arrive. */
export const writeAttempts = 3;

export type MutationPorts = {
  readonly api: ApiClient;
  readonly store: EntityStore;
  readonly refetcher: Refetcher;
  /** The own write may have changed membership of lists of this type. */
  readonly onWritten: (type: string) => void;
  readonly clock: Clock;
  readonly random: () => number;
};

/** A write that took place: the version that was held when it was asked for, and the one it made. */
type Done = { readonly base: number | undefined; readonly version: number };

/** Writes through the API; the answer is in the store before the promise resolves, so the next view shows it. */
export class Mutations {
  readonly #ports: MutationPorts;
  /** The latest write of each row that is being written. */
  readonly #writing = new Map<EntityKey, Promise<Done | undefined>>();

  constructor(ports: MutationPorts) {
    this.#ports = ports;
  }

  /** Creates a row; its id is made here unless given, so that the caller can link to it at once. */
  async create(type: string, doc: Record<string, unknown>): Promise<EntityDoc> {
    const id = typeof doc["id"] === "string" ? doc["id"] : randomId();
    return this.#inTurn(entityKey(type, id), async () => {
      const made = await this.#write(type, (options) => this.#ports.api.create(type, { ...doc, id }, options));
      return { answer: made, done: { base: undefined, version: made.version } };
    });
  }

  /**
   * Changes columns of a row, based on the version that is held.
   *
   * @throws ConflictError with the current row when somebody else was faster; the current row is then in the store
   */
  async update(type: string, id: string, changes: Record<string, unknown>): Promise<EntityDoc> {
    const key = entityKey(type, id);
    const holding = this.#heldVersion(key);
    return this.#inTurn(key, async (last) => {
      const base = await holding;
      const ifMatch =
        last && last.base === base ? last.version : (base ?? (await this.#ports.api.get(type, id)).version);
      const doc = await this.#write(type, (options) =>
        this.#ports.api.update(type, id, changes, { ...options, ifMatch }),
      );
      return { answer: doc, done: { base, version: doc.version } };
    });
  }

  /** Deletes a row, whatever its version. */
  async remove(type: string, id: string): Promise<void> {
    await this.#inTurn(entityKey(type, id), async () => {
      const { version } = await this.#retrying((options) => this.#ports.api.remove(type, id, options));
      await this.#ports.store.putGone([{ type, id, ver: version, unlessNewerThan: version }]);
      this.#ports.onWritten(type);
      return { answer: undefined, done: undefined };
    });
  }

  async #heldVersion(key: EntityKey): Promise<number | undefined> {
    const held = (await this.#ports.store.read([key])).get(key);
    return held && !held.gone ? held.ver : undefined;
  }

  /**
   * One write of a row after the other: two sent at once would both be based on the same version, and the second one
   * would be in conflict with its own writer. It is based on what the first one made, unless that one failed.
   */
  async #inTurn<Answer>(
    key: EntityKey,
    write: (last: Done | undefined) => Promise<{ answer: Answer; done: Done | undefined }>,
  ): Promise<Answer> {
    const before = this.#writing.get(key);
    const own = before === undefined ? write(undefined) : before.then(write);
    const ended = own.then(
      ({ done }) => done,
      () => undefined,
    );
    this.#writing.set(key, ended);
    try {
      return (await own).answer;
    } finally {
      if (this.#writing.get(key) === ended) this.#writing.delete(key);
    }
  }

  async #write(type: string, call: (options: WriteOptions) => Promise<EntityDoc>): Promise<EntityDoc> {
    const ticket = this.#ports.refetcher.open();
    try {
      const doc = await this.#retrying(call);
      await this.#ports.refetcher.admit(ticket, type, [doc], true);
      this.#ports.onWritten(type);
      return doc;
    } catch (error) {
      if (error instanceof ConflictError && error.current) {
        await this.#ports.refetcher.admit(ticket, type, [error.current]);
      }
      throw error;
    } finally {
      this.#ports.refetcher.close(ticket);
    }
  }

  async #retrying<Answer>(call: (options: WriteOptions) => Promise<Answer>): Promise<Answer> {
    const idempotencyKey = randomId();
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await call({ idempotencyKey });
      } catch (error) {
        const passing = error instanceof ApiError && [0, 502, 503, 504].includes(error.status);
        if (!passing || attempt >= writeAttempts) throw error;
        await this.#pause(backoffDelay(attempt - 1, this.#ports.random()));
      }
    }
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.#ports.clock.setTimer(resolve, delayMs));
  }
}
