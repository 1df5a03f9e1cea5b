import type { DownMessage, UpMessage } from "@heliograph/protocol";
import type { FrameTap } from "@heliograph/testkit/network/platform-socket";

/** Characters of a frame that go into the evidence. */
const SHOWN = 200;
/** Lines of history kept for each id. */
const REMEMBERED = 40;

/** Observes the frames of one client: detects leaks and duplicates, and keeps a history of each id. */
export class WireTap implements FrameTap {
  readonly #forbidden: ReadonlySet<string>;
  readonly #notified = new Map<string, number>();
  /** Every id that this client ever subscribed to. */
  readonly #subscribed = new Set<string>();
  readonly #requested = new Map<string, readonly string[]>();
  /** By "entityCode/id" of the row or container. */
  readonly #refused = new Set<string>();
  /** The newest messages about each id. */
  readonly #history = new Map<string, string[]>();
  #socket = 0;
  /** Changes notified again on the same socket, with a version it already had. */
  duplicates = 0;
  extra: (() => string | undefined) | undefined;
  #leaks: string[] = [];

  constructor(forbidden: ReadonlySet<string>) {
    this.#forbidden = forbidden;
  }

  /** Whether the server reported on this socket that a row or container is gone, which ends its subscription. */
  refused(entityCode: string, id: string): boolean {
    return this.#refused.has(`${entityCode}/${id}`);
  }

  /** Leaks since the last call: ids that this user must never receive, each with the frame that contained it. */
  takeLeaks(): string[] {
    const leaks = this.#leaks;
    this.#leaks = [];
    return leaks;
  }

  /** Messages about a row, oldest first, to diagnose a difference. */
  history(id: string): readonly string[] {
    return this.#history.get(id) ?? [];
  }

  readonly sent = (socket: number, frame: string): void => {
    this.#useSocket(socket);
    const message = JSON.parse(frame) as UpMessage;
    if (message.type !== "SUBSCRIBE" || message.id === undefined) return;
    const { entityIds = [], within = [] } = message.payload;
    const { versions } = message.payload;
    for (const [n, id] of entityIds.entries()) this.#note(id, `subscribe ${message.id} with version ${versions?.[n]}`);
    for (const id of [...entityIds, ...within]) this.#subscribed.add(id);
    this.#requested.set(message.id, [...entityIds, ...within]);
  };

  readonly received = (socket: number, frame: string): void => {
    this.#useSocket(socket);
    const message = JSON.parse(frame) as DownMessage;
    switch (message.type) {
      case "SUBSCRIBED": {
        const { entityCode, changed, gone } = message.payload;
        for (const id of this.#requested.get(message.id ?? "") ?? []) {
          this.#refused.delete(`${entityCode}/${id}`);
          this.#note(id, `subscribed ${message.id}`);
        }
        for (const id of gone) {
          this.#refused.add(`${entityCode}/${id}`);
          this.#note(id, "refused");
        }
        for (const { entityId, version } of changed) this.#note(entityId, `changed ${version}`);
        for (const { entityId } of changed) this.#check(entityId, frame);
        break;
      }
      case "GONE":
        for (const id of message.payload.entityIds) {
          this.#note(id, "GONE");
          this.#refused.add(`${message.payload.entityCode}/${id}`);
          // A client that subscribed to the id may be notified that it is gone. To any other client GONE leaks the id.
          if (!this.#subscribed.has(id)) this.#check(id, frame);
        }
        break;
      case "INVALIDATE":
        for (const { entityId, version, action } of message.payload.changes) {
          this.#note(entityId, `${action} ${version}`);
          this.#notify(entityId, version, frame);
        }
        break;
      default:
        break;
    }
  };

  #notify(id: string, version: number, frame: string): void {
    this.#check(id, frame);
    if ((this.#notified.get(id) ?? 0) >= version) this.duplicates += 1;
    else this.#notified.set(id, version);
  }

  #note(id: string, what: string): void {
    const history = this.#history.get(id);
    const line = `${new Date().toISOString().slice(11, 23)} socket ${this.#socket}: ${what}`;
    if (history === undefined) this.#history.set(id, [line]);
    else if (history.push(line) > REMEMBERED) history.shift();
  }

  /** Discards the state of the previous socket when a new one is used. */
  #useSocket(socket: number): void {
    if (socket === this.#socket) return;
    this.#socket = socket;
    this.#notified.clear();
    this.#requested.clear();
    this.#refused.clear();
  }

  #check(id: string, frame: string): void {
    if (this.#forbidden.has(id)) {
      this.#leaks.push(`${id} in ${frame.slice(0, SHOWN)}; before: ${this.history(id).slice(-5).join(" | ")}`);
    }
  }
}
