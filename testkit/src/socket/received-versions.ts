import type { Action, DownMessage } from "@heliograph/protocol";

/** One change of one row, as a socket received it. */
export type Delivery = { readonly action: Action; readonly version: number };

const keyOf = (entityCode: string, entityId: string): string => `${entityCode}/${entityId}`;

/** State of a client derived from the messages it received: the last version and every delivery of each row. */
export class ReceivedVersions {
  readonly #last = new Map<string, number>();
  readonly #deliveries = new Map<string, Delivery[]>();
  readonly #gone = new Set<string>();

  add(message: DownMessage): void {
    if (message.type === "SUBSCRIBED") {
      const { entityCode, changed, gone } = message.payload;
      for (const { entityId, version } of changed) this.#recordVersion(keyOf(entityCode, entityId), version);
      for (const entityId of gone) this.#recordGone(keyOf(entityCode, entityId));
    }
    if (message.type === "GONE")
      for (const entityId of message.payload.entityIds) this.#recordGone(keyOf(message.payload.entityCode, entityId));
    if (message.type === "INVALIDATE")
      for (const { entityId, action, version } of message.payload.changes) {
        const key = keyOf(message.payload.entityCode, entityId);
        const before = this.#deliveries.get(key) ?? [];
        this.#deliveries.set(key, [...before, { action, version }]);
        if (action === "DELETE") this.#recordGone(key, version);
        else this.#recordVersion(key, version);
      }
  }

  /** Last version by "entityCode/id", for rows that are neither deleted nor gone. */
  current(): Map<string, number> {
    return new Map([...this.#last].filter(([key]) => !this.#gone.has(key)));
  }

  /** Highest version received of a row, including a deleted one; 0 when there was none. */
  version(entityCode: string, entityId: string): number {
    return this.#last.get(keyOf(entityCode, entityId)) ?? 0;
  }

  isGone(entityCode: string, entityId: string): boolean {
    return this.#gone.has(keyOf(entityCode, entityId));
  }

  deliveries(entityCode: string, entityId: string): readonly Delivery[] {
    return this.#deliveries.get(keyOf(entityCode, entityId)) ?? [];
  }

  /** Keys of all rows with a delivered change. */
  delivered(): Set<string> {
    return new Set(this.#deliveries.keys());
  }

  /** Rows with a version delivered twice or after a newer one, as "entityCode/id: 1, 2, 2". Empty when the order is right. */
  disorder(): string[] {
    return [...this.#deliveries].flatMap(([key, deliveries]) => {
      const versions = deliveries.map(({ version }) => version);
      const rises = versions.every((version, index) => index === 0 || version > (versions[index - 1] ?? 0));
      return rises ? [] : [`${key}: ${versions.join(", ")}`];
    });
  }

  #recordVersion(key: string, version: number): void {
    this.#gone.delete(key);
    this.#last.set(key, Math.max(version, this.#last.get(key) ?? 0));
  }

  #recordGone(key: string, version = 0): void {
    this.#gone.add(key);
    this.#last.set(key, Math.max(version, this.#last.get(key) ?? 0));
  }
}
