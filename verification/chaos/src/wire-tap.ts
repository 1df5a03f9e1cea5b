import type { DownMessage, UpMessage } from "@heliograph/protocol";
import type { FrameTap } from "@heliograph/testkit/network/platform-socket";

/** Characters of a frame in the evidence. */
const SHOWN = 200;
/** Lines of history that are kept of each id. */
const REMEMBERED = 40;

/** What one client asked and was told, as it went over the wire. */
export class WireTap implements FrameTap {
  readonly #forbidden: ReadonlySet<string>;
  readonly #told = new Map<string, number>();
  /** Every id that this client ever asked for. */
  readonly #named = new Set<string>();
  readonly #asked = new Map<string, readonly string[]>();
  /** By entity code and id of the row or container. */
  readonly #refused = new Set<string>();
  /** The newest of what was said about each id. */
  readonly #history = new Map<string, string[]>();
  #socket = 0;
  /** Changes signalled again on the same socket with a version that was told before. */
  duplicates = 0;
  extra: (() => string | undefined) | undefined;
  #leaks: string[] = [];

  constructor(forbidden: ReadonlySet<string>) {
    this.#forbidden = forbidden;
  }

  /** Was the client told on this socket that a row, or a container of rows, is gone and its subscription with it? */
  refused(code: string, id: string): boolean {
    return this.#refused.has(`${code}/${id}`);
  }

  /** Ids that this user may never hear of, and did, with the frame that told; each only once. */
  takeLeaks(): string[] {
    const leaks = this.#leaks;
    this.#leaks = [];
    return leaks;
  }

  /** What was said about a row, oldest first, for whoever looks for the reason of a difference. */
  history(id: string): readonly string[] {
    return this.#history.get(id) ?? [];
  }

  readonly sent = (socket: number, frame: string): void => {
    this.#at(socket);
    const message = JSON.parse(frame) as UpMessage;
    if (message.type !== "SUBSCRIBE" || message.id === undefined) return;
    const { entityIds = [], within = [] } = message.payload;
    const { versions } = message.payload;
    for (const [n, id] of entityIds.entries()) this.#note(id, `asked ${message.id} with ${versions?.[n]}`);
    for (const id of [...entityIds, ...within]) this.#named.add(id);
    this.#asked.set(message.id, [...entityIds, ...within]);
  };

  readonly received = (socket: number, frame: string): void => {
    this.#at(socket);
    const message = JSON.parse(frame) as DownMessage;
    switch (message.type) {
      case "SUBSCRIBED": {
        const { entityCode, changed, gone } = message.payload;
        for (const id of this.#asked.get(message.id ?? "") ?? []) {
          this.#refused.delete(`${entityCode}/${id}`);
          this.#note(id, `answered ${message.id}`);
        }
        for (const id of gone) {
          this.#refused.add(`${entityCode}/${id}`);
          this.#note(id, "refused");
        }
        for (const { entityId, version } of changed) this.#note(entityId, `differs ${version}`);
        for (const { entityId } of changed) this.#check(entityId, frame);
        break;
      }
      case "GONE":
        for (const id of message.payload.entityIds) {
          this.#note(id, "GONE");
          this.#refused.add(`${message.payload.entityCode}/${id}`);
          // Whoever asked for a row may hear that there is none; who did not learns its id.
          if (!this.#named.has(id)) this.#check(id, frame);
        }
        break;
      case "INVALIDATE":
        for (const { entityId, version, action } of message.payload.changes) {
          this.#note(entityId, `${action} ${version}`);
          this.#signal(entityId, version, frame);
        }
        break;
      default:
        break;
    }
  };

  #signal(id: string, version: number, frame: string): void {
    this.#check(id, frame);
    if ((this.#told.get(id) ?? 0) >= version) this.duplicates += 1;
    else this.#told.set(id, version);
  }

  #note(id: string, what: string): void {
    const history = this.#history.get(id);
    const line = `${new Date().toISOString().slice(11, 23)} socket ${this.#socket}: ${what}`;
    if (history === undefined) this.#history.set(id, [line]);
    else if (history.push(line) > REMEMBERED) history.shift();
  }

  /** What was said on an older socket does not count on a new one. */
  #at(socket: number): void {
    if (socket === this.#socket) return;
    this.#socket = socket;
    this.#told.clear();
    this.#asked.clear();
    this.#refused.clear();
  }

  #check(id: string, frame: string): void {
    if (this.#forbidden.has(id)) {
      this.#leaks.push(`${id} in ${frame.slice(0, SHOWN)}; before: ${this.history(id).slice(-5).join(" | ")}`);
    }
  }
}
