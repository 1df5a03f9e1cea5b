import type { ApiClient, WriteOptions } from "./api/api-client.ts";
import { ApiError, ConflictError } from "./api/api-error.ts";
import { backoffDelay } from "./backoff.ts";
import type { Clock } from "./clock.ts";
import { entityKey } from "./entity-key.ts";
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

/** Writes through the API; the answer is in the store before the promise resolves, so the next view shows it. */
export class Mutations {
  readonly #ports: MutationPorts;

  constructor(ports: MutationPorts) {
    this.#ports = ports;
  }

  /** Creates a row; its id is made here unless given, so that the caller can link to it at once. */
  async create(type: string, doc: Record<string, unknown>): Promise<EntityDoc> {
    const body = { ...doc, id: typeof doc["id"] === "string" ? doc["id"] : randomId() };
    return this.#write(type, (options) => this.#ports.api.create(type, body, options));
  }

  /**
   * Changes columns of a row, based on the version that is held.
   *
   * @throws ConflictError with the current row when somebody else was faster; the current row is then in the store
   */
  async update(type: string, id: string, changes: Record<string, unknown>): Promise<EntityDoc> {
    const ifMatch = await this.#version(type, id);
    return this.#write(type, (options) => this.#ports.api.update(type, id, changes, { ...options, ifMatch }));
  }

  /** Deletes a row, whatever its version. */
  async remove(type: string, id: string): Promise<void> {
    const { version } = await this.#retrying((options) => this.#ports.api.remove(type, id, options));
    await this.#ports.store.putGone([{ type, id, ver: version, unlessNewerThan: version }]);
    this.#ports.onWritten(type);
  }

  async #version(type: string, id: string): Promise<number> {
    const key = entityKey(type, id);
    const held = (await this.#ports.store.read([key])).get(key);
    return held && !held.gone ? held.ver : (await this.#ports.api.get(type, id)).version;
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
