import type { EntityData } from "../store/entity-store.ts";
import type { Operation } from "../store/operation.ts";
import { dependantsOf } from "./operation-dependencies.ts";
import type { Outbox } from "./operation-queue.ts";

/** What a person keeps of a column in conflict: his own value, the other one, or a third. */
export type Choice = "mine" | "theirs" | { readonly value: unknown };

/** Set by the server, so that a row cannot be created with them. */
const serverColumns: ReadonlySet<string> = new Set(["id", "version", "created_ts", "updated_ts"]);

/** What a person decides about writes that cannot go on by themselves. Unknown keys are ignored: another tab was faster. */
export class Decisions {
  readonly #outbox: Outbox;

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  /**
   * Sends it again, in its old place in the queue. In a conflict the own values win; a row that is gone is created
   * again, as its writer saw it.
   *
   * @param changes columns to set otherwise than before
   */
  async retry(key: string, changes: EntityData = {}): Promise<void> {
    await this.#decide(key, (held) => {
      const { kind, theirs } = held.attention ?? {};
      const wanted = { ...held.changes, ...changes };
      if (kind === "gone") return { ...requeued(held), op: "create", changes: { ...creatable(held.base), ...wanted } };
      if (kind === "conflict" && theirs) return { ...requeued(held), changes: wanted, ...seen(theirs) };
      return { ...requeued(held), changes: wanted };
    });
  }

  /** Gives it up, and with a create also what was written into or about that row. */
  async discard(key: string): Promise<void> {
    const operation = this.#outbox.get(key);
    if (!operation) return;
    const dependants = dependantsOf(operation, this.#outbox.all());
    // Last in, first out: after a crash half way nothing is left that refers to a row which was given up.
    for (const { key: other } of dependants.toReversed()) await this.#outbox.change(other, () => undefined);
    await this.#outbox.change(key, () => undefined);
  }

  /**
   * Settles a conflict column by column; columns without a choice keep the own value.
   *
   * @param choices by column
   */
  async resolve(key: string, choices: Readonly<Record<string, Choice>>): Promise<void> {
    await this.#decide(key, (held) => {
      const theirs = held.attention?.theirs;
      if (!theirs) return held;
      const changes: Record<string, unknown> = { ...held.changes };
      for (const [column, choice] of Object.entries(choices)) {
        if (choice === "theirs") delete changes[column];
        else if (choice !== "mine") changes[column] = choice.value;
      }
      if (Object.keys(changes).length === 0) return undefined;
      return { ...requeued(held), changes, ...seen(theirs) };
    });
  }

  /**
   * The rows were taken away from this person: what he saw of them is no longer his to keep. What he wrote himself is.
   */
  async withdrawn(rows: readonly string[]): Promise<void> {
    for (const row of rows) {
      for (const { key, base } of this.#outbox.of(row)) {
        if (base) await this.#outbox.change(key, (held) => held && { ...held, base: null });
      }
    }
  }

  async #decide(key: string, decide: (held: Operation) => Operation | undefined): Promise<void> {
    await this.#outbox.change(key, (held) => (held?.state === "attention" ? decide(held) : held));
  }
}

/** The writer has seen the other's row, and decides on top of it. */
function seen(theirs: EntityData): Pick<Operation, "base" | "baseVer"> {
  return { base: theirs, baseVer: Number(theirs["version"] ?? 0) };
}

/** Refused for certain, so the server does not know the key: it may stand for something else now. */
function requeued({ attention: _attention, lastError: _lastError, ...held }: Operation): Operation {
  return { ...held, state: "queued", attempts: 0 };
}

function creatable(base: EntityData | null): EntityData {
  return Object.fromEntries(
    Object.entries(base ?? {}).filter(([column, value]) => value !== null && !serverColumns.has(column)),
  );
}
