import type { DownMessage, UpMessage } from "@heliograph/protocol";
import type { Clock } from "@heliograph/shared/clock";
import { type EntityKey, entityKey } from "@heliograph/shared/entity-key";
import type { Limits } from "../connection/connection.ts";
import type { HeldVersion } from "../store/entity-store.ts";
import { versionToSend } from "../subscriptions/subscribe-batch.ts";
import { type Phase, type Target, targetKey } from "../subscriptions/subscription-set.ts";
import { HeldBack } from "./held-back.ts";

/** So long that a follower hardly ever asks: whether its leader lives it hears by the pulse. */
const followerPingMs = 120_000;

export type RelayPorts = {
  /** The leader's own subscriptions, which hold those of its followers too. */
  readonly subscriptions: {
    acquire(targets: readonly Target[]): void;
    release(targets: readonly Target[]): void;
    phase(target: Target): Phase | undefined;
  };
  /** The leader has to read the row; the version to reach, 0 when any will do. */
  readonly neededVersion: (key: EntityKey) => number | undefined;
  readonly readVersions: (entityCode: string, ids: readonly string[]) => Promise<ReadonlyMap<string, HeldVersion>>;
  readonly post: (link: string, message: DownMessage) => void;
  readonly clock: Clock;
};

type Link = {
  readonly id: string;
  readonly targets: Map<string, Target>;
  /** Told to the follower as gone. */
  readonly refused: Set<string>;
  welcomed: boolean;
};

type Subscribe = Extract<UpMessage, { type: "SUBSCRIBE" }>;
type Question = { readonly link: Link; readonly message: Subscribe; readonly targets: readonly Target[] };
type Invalidate = Extract<DownMessage, { type: "INVALIDATE" }>;
type Gone = Extract<DownMessage, { type: "GONE" }>;

/**
 * The leader's side of the links: it is to its followers what the server is to it, in the same protocol. What they
 * subscribe to it subscribes to as well; what it is told it tells them, once it has read it into the common database.
 */
export class Relay {
  readonly #ports: RelayPorts;
  readonly #links = new Map<string, Link>();
  readonly #questions = new Set<Question>();
  readonly #heldBack: HeldBack;
  #limits: Limits | undefined;

  constructor(ports: RelayPorts) {
    this.#ports = ports;
    const needs = (key: EntityKey) => ports.neededVersion(key) !== undefined;
    this.#heldBack = new HeldBack({ needs, clock: ports.clock });
  }

  open(id: string): void {
    this.close(id);
    this.#links.set(id, { id, targets: new Map(), refused: new Set(), welcomed: false });
    this.#welcome();
  }

  has(id: string): boolean {
    return this.#links.has(id);
  }

  close(id: string): void {
    const link = this.#links.get(id);
    if (!link) return;
    this.#links.delete(id);
    for (const question of this.#questions) if (question.link === link) this.#questions.delete(question);
    this.#ports.subscriptions.release([...link.targets.values()]);
  }

  /** The leader's own socket is open: from now on its answers count. */
  linked(limits: Limits): void {
    this.#limits = limits;
    this.#welcome();
  }

  /**
   * The leader has no socket any more, so its followers have none either.
   *
   * @returns the links that ended
   */
  lost(): string[] {
    this.#limits = undefined;
    this.#heldBack.clear();
    const ended = [...this.#links.values()].filter(({ welcomed }) => welcomed).map(({ id }) => id);
    for (const id of ended) this.close(id);
    return ended;
  }

  /** Everything is asked of the server again; a follower's lists may have changed meanwhile. */
  reset(): void {
    for (const { id, welcomed } of this.#links.values()) {
      if (welcomed) this.#ports.post(id, { type: "RESET", payload: { reason: "other_history" } });
    }
  }

  /** A message of a follower. */
  take(id: string, message: UpMessage): void {
    const link = this.#links.get(id);
    if (!link?.welcomed) return;
    switch (message.type) {
      case "SUBSCRIBE":
        this.#subscribe(link, message);
        break;
      case "UNSUBSCRIBE":
        this.#unsubscribe(link, message);
        break;
      case "PING":
        this.#ports.post(id, { type: "PONG" });
        break;
      case "RESUME":
        this.#ports.post(id, { type: "RESET", payload: { reason: "session" } });
        break;
      case "AUTH":
        // The socket has the leader's token; the follower's own is good for its requests.
        this.#ports.post(id, { ...idOf(message), type: "REAUTH", payload: { expiresAt: "9999-12-31T00:00:00Z" } });
        break;
      default:
        break;
    }
  }

  /** A message of the server, after the leader took note of it. */
  tell(message: Invalidate | Gone): void {
    const { entityCode } = message.payload;
    for (const link of this.#links.values()) {
      if (!link.welcomed) continue;
      if (message.type === "GONE") {
        const entityIds = message.payload.entityIds.filter((id) => holds(link, entityCode, id));
        if (entityIds.length > 0) this.#ports.post(link.id, { type: "GONE", payload: { entityCode, entityIds } });
        continue;
      }
      const within = [...link.targets.values()].some((target) => target.container && target.entityCode === entityCode);
      const changes = message.payload.changes.filter(({ entityId }) => within || holds(link, entityCode, entityId));
      if (changes.length === 0) continue;
      const ids = changes.map(({ entityId }) => entityId);
      this.#heldBack.until(entityCode, ids, () =>
        this.#post(link, { type: "INVALIDATE", payload: { ...message.payload, changes } }),
      );
    }
  }

  /** The server vouches for everything up to now; so does the leader, unless something of it is on its way. */
  bookmark(): void {
    if (this.#heldBack.waiting) return; // the next one comes within seconds
    for (const link of this.#links.values()) this.#post(link, { type: "BOOKMARK", payload: { cursor: "tab" } });
  }

  phaseChanged(targets: readonly Target[]): void {
    if (this.#links.size === 0) return;
    for (const target of targets) if (this.#ports.subscriptions.phase(target) === "held") this.#returned(target);
    for (const question of [...this.#questions]) this.#tryToAnswer(question);
  }

  needsChanged(keys: readonly EntityKey[]): void {
    this.#heldBack.changed(keys);
  }

  #welcome(): void {
    const limits = this.#limits;
    if (!limits) return;
    for (const link of this.#links.values()) {
      if (link.welcomed) continue;
      link.welcomed = true;
      const payload = { connectionId: link.id, cursor: "tab", limits, pingIntervalMs: followerPingMs };
      this.#ports.post(link.id, { type: "WELCOME", payload });
    }
  }

  #subscribe(link: Link, message: Subscribe): void {
    const { entityCode, entityIds = [], within = [] } = message.payload;
    const targets = [
      ...entityIds.map((id) => ({ entityCode, id, container: false })),
      ...within.map((id) => ({ entityCode, id, container: true })),
    ];
    const fresh = targets.filter((target) => !link.targets.has(targetKey(target)));
    for (const target of fresh) link.targets.set(targetKey(target), target);
    this.#ports.subscriptions.acquire(fresh);
    const question = { link, message, targets };
    this.#questions.add(question);
    this.#tryToAnswer(question);
  }

  #unsubscribe(link: Link, message: Extract<UpMessage, { type: "UNSUBSCRIBE" }>): void {
    const { entityCode, entityIds, within } = message.payload;
    const named = new Set([...(entityIds ?? []).map((id) => `id:${id}`), ...(within ?? []).map((id) => `in:${id}`)]);
    const all = entityIds === undefined && within === undefined;
    const ended = [...link.targets.values()].filter(
      (target) =>
        target.entityCode === entityCode && (all || named.has(`${target.container ? "in" : "id"}:${target.id}`)),
    );
    for (const target of ended) {
      link.targets.delete(targetKey(target));
      link.refused.delete(targetKey(target));
    }
    this.#ports.subscriptions.release(ended);
    this.#ports.post(link.id, { ...idOf(message), type: "UNSUBSCRIBED", payload: { entityCode, count: ended.length } });
  }

  /** Answers once the server has answered all of it, and the leader has read what that gave to read. */
  #tryToAnswer(question: Question): void {
    const phases = question.targets.map((target) => this.#ports.subscriptions.phase(target));
    if (phases.some((phase) => phase === "wanted" || phase === "asked")) return;
    this.#questions.delete(question);
    const { entityCode, entityIds = [] } = question.message.payload;
    if (phases.includes("failed")) {
      // The leader's own console has the server's words.
      const payload = { code: "invalid_message" as const, message: "The server refused the subscription." };
      this.#post(question.link, { ...idOf(question.message), type: "ERROR", payload });
      return;
    }
    this.#heldBack.until(entityCode, entityIds, () => void this.#answer(question));
  }

  async #answer({ link, message, targets }: Question): Promise<void> {
    const { entityCode, entityIds = [], versions = [] } = message.payload;
    // Without readable versions the follower is told that everything differs, and looks into the database itself.
    const held = await this.#ports.readVersions(entityCode, entityIds).catch(() => new Map<string, HeldVersion>());
    const gone: string[] = [];
    for (const target of targets) {
      const key = targetKey(target);
      // Taken away while it was read: what the server said last counts.
      if (this.#ports.subscriptions.phase(target) === "refused") {
        gone.push(target.id);
        link.refused.add(key);
      } else {
        link.refused.delete(key);
      }
    }
    const changed = entityIds.flatMap((entityId, index) => {
      if (gone.includes(entityId)) return [];
      const sent = versions[index] ?? 0;
      const needed = this.#ports.neededVersion(entityKey(entityCode, entityId)) ?? 0;
      // Version 1 stands for a row that exists and is not read yet: whatever is read is enough. It is never below what
      // the follower holds, which would mean that the server lost its history.
      const version = Math.max(1, versionToSend(held.get(entityId)), needed, sent);
      return version === sent ? [] : [{ entityId, version }];
    });
    const payload = { entityCode, count: targets.length - gone.length, changed, gone };
    this.#post(link, { ...idOf(message), type: "SUBSCRIBED", payload });
  }

  /** What had been told as gone can be had again: the follower asks again when it hears of it as existing. */
  #returned(target: Target): void {
    const key = targetKey(target);
    for (const link of this.#links.values()) {
      if (!link.refused.delete(key)) continue;
      const changes = [{ entityId: target.id, action: "CREATE" as const, version: 1 }];
      const timestamp = new Date(this.#ports.clock.wallNow()).toISOString();
      this.#post(link, { type: "INVALIDATE", payload: { entityCode: target.entityCode, changes, timestamp } });
    }
  }

  #post(link: Link, message: DownMessage): void {
    if (this.#links.get(link.id) === link && link.welcomed) this.#ports.post(link.id, message);
  }
}

function holds(link: Link, entityCode: string, id: string): boolean {
  return [false, true].some((container) => link.targets.has(targetKey({ entityCode, id, container })));
}

function idOf(message: UpMessage): { id?: string } {
  return message.id === undefined ? {} : { id: message.id };
}
