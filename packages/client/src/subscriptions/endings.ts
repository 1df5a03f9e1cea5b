import type { UpMessage } from "@heliograph/protocol";
import { idsOf, type Limits, toBatches } from "./subscribe-batch.ts";
import { type Target, targetKey } from "./subscription-book.ts";

export type EndingsPorts = {
  /** False when there is no connection. */
  readonly send: (message: UpMessage) => boolean;
  /** Somebody wants it again. */
  readonly isWanted: (target: Target) => boolean;
};

/** `question` names the message that carries it, if any does. */
type Ending = { readonly target: Target; question: string | undefined };

/** Subscriptions that are to end, until the server has confirmed it. */
export class Endings {
  readonly #ports: EndingsPorts;
  readonly #open = new Map<string, Ending>();
  #nextId = 1;

  constructor(ports: EndingsPorts) {
    this.#ports = ports;
  }

  add(target: Target): void {
    this.#open.set(targetKey(target), { target, question: undefined });
  }

  /** A new connection: the server holds nothing that could end. */
  clear(): void {
    this.#open.clear();
  }

  /** Whether the messages or their answers were lost is unknown. */
  repeatAll(): void {
    for (const ending of this.#open.values()) ending.question = undefined;
  }

  answered(id: string | undefined): void {
    for (const [key, { question }] of this.#open) if (question !== undefined && question === id) this.#open.delete(key);
  }

  /** False when the message carried none of them. `repeat`: they are sent again with the next call of `send`. */
  failed(id: string | undefined, repeat: boolean): boolean {
    let found = false;
    for (const [key, ending] of this.#open) {
      if (id === undefined || ending.question !== id) continue;
      found = true;
      if (repeat) ending.question = undefined;
      else this.#open.delete(key);
    }
    return found;
  }

  /** Sends what is not on its way. Who is wanted again meanwhile is not ended. */
  send(limits: Limits): void {
    const open: Ending[] = [];
    for (const [key, ending] of this.#open) {
      if (ending.question !== undefined) continue;
      if (this.#ports.isWanted(ending.target)) this.#open.delete(key);
      else open.push(ending);
    }
    for (const batch of toBatches(open, ({ target }) => target, limits)) {
      const id = `u${this.#nextId++}`;
      const names = idsOf(batch.entries.map(({ target }) => target));
      const payload = { entityCode: batch.entityCode, ...(batch.container ? { within: names } : { entityIds: names }) };
      if (!this.#ports.send({ type: "UNSUBSCRIBE", id, payload })) return;
      for (const ending of batch.entries) ending.question = id;
    }
  }
}
