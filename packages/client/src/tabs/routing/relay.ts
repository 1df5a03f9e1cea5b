import type { DownMessage, UpMessage } from "@heliograph/protocol";
import type { Clock } from "@heliograph/shared/clock";
import { type EntityKey, entityKey } from "@heliograph/shared/entity-key";
import type { Limits } from "../../connection/connection.ts";
import type { HeldVersion } from "../../store/entity-store.ts";
import { versionToSend } from "../../subscriptions/subscribe-batch.ts";
import { type Phase, type Target, targetKey } from "../../subscriptions/subscription-set.ts";
import { LeaderMessageQueue } from "./leader-message-queue.ts";

/** Ping interval of followers, milliseconds. Long, because they detect a dead leader by its heartbeats. */
const followerPingMs = 120_000;

export interface RelayPorts {
  /** The leader's subscriptions, which include those of its followers. */
  readonly subscriptions: {
    acquire(targets: readonly Target[]): void;
    release(targets: readonly Target[]): void;
    phase(target: Target): Phase | undefined;
  };
  /** The version of the row that the leader has to read, 0 when any will do; undefined when it need not read it. */
  readonly neededVersion: (key: EntityKey) => number | undefined;
  readonly readVersions: (entityCode: string, ids: readonly string[]) => Promise<ReadonlyMap<string, HeldVersion>>;
  readonly post: (link: string, message: DownMessage) => void;
  readonly clock: Clock;
}

interface Link {
  readonly id: string;
  readonly targets: Map<string, Target>;
  /** Targets that were reported to the follower as gone. */
  readonly refused: Set<string>;
  welcomed: boolean;
}

type Subscribe = Extract<UpMessage, { type: "SUBSCRIBE" }>;
interface SubscribeRequest {
  readonly link: Link;
  readonly message: Subscribe;
  readonly targets: readonly Target[];
}
type Invalidate = Extract<DownMessage, { type: "INVALIDATE" }>;
type Gone = Extract<DownMessage, { type: "GONE" }>;

/**
 * The leader's side of the links. It serves its followers as the server serves it, in the same protocol: it subscribes to
 * what they subscribe to, and passes notifications on once it has read the rows into the common database.
 */
export class Relay {
  readonly #ports: RelayPorts;
  readonly #links = new Map<string, Link>();
  readonly #requests = new Set<SubscribeRequest>();
  readonly #queue: LeaderMessageQueue;
  #limits: Limits | undefined;

  constructor(ports: RelayPorts) {
    this.#ports = ports;
    const needs = (key: EntityKey) => ports.neededVersion(key) !== undefined;
    this.#queue = new LeaderMessageQueue({ needs, clock: ports.clock });
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
    for (const request of this.#requests) if (request.link === link) this.#requests.delete(request);
    this.#ports.subscriptions.release([...link.targets.values()]);
  }

  /** The leader's socket is open: from now on its followers are served. */
  linked(limits: Limits): void {
    this.#limits = limits;
    this.#welcome();
  }

  /**
   * The leader lost its socket, and with it its followers lose their links.
   *
   * @returns the links that ended
   */
  unlinked(): string[] {
    this.#limits = undefined;
    this.#queue.clear();
    const ended = [...this.#links.values()].filter(({ welcomed }) => welcomed).map(({ id }) => id);
    for (const id of ended) this.close(id);
    return ended;
  }

  /** The leader subscribes to everything again. Its followers do the same: their lists may have changed in between. */
  reset(): void {
    for (const { id, welcomed } of this.#links.values()) {
      if (welcomed) this.#ports.post(id, { type: "RESET", payload: { reason: "other_history" } });
    }
  }

  /** Handles a message of a follower. */
  handle(id: string, message: UpMessage): void {
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
        // The socket uses the leader's token; the follower's own serves its requests.
        this.#ports.post(id, { ...idOf(message), type: "REAUTH", payload: { expiresAt: "9999-12-31T00:00:00Z" } });
        break;
      default:
        break;
    }
  }

  /** Notifies followers of a message of the server, after the leader has handled it. */
  notify(message: Invalidate | Gone): void {
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
      this.#queue.add(entityCode, ids, () =>
        this.#post(link, { type: "INVALIDATE", payload: { ...message.payload, changes } }),
      );
    }
  }

  /** The server has sent everything up to now. Forwards the BOOKMARK to followers unless messages to them are queued. */
  bookmark(): void {
    if (!this.#queue.isEmpty) return; // the next BOOKMARK follows within seconds
    for (const link of this.#links.values()) this.#post(link, { type: "BOOKMARK", payload: { cursor: "tab" } });
  }

  phaseChanged(targets: readonly Target[]): void {
    if (this.#links.size === 0) return;
    for (const target of targets) if (this.#ports.subscriptions.phase(target) === "held") this.#restored(target);
    for (const request of [...this.#requests]) this.#tryToAnswer(request);
  }

  needsChanged(keys: readonly EntityKey[]): void {
    this.#queue.needsChanged(keys);
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
      ...entityIds.map((entityId) => ({ entityCode, entityId, container: false })),
      ...within.map((entityId) => ({ entityCode, entityId, container: true })),
    ];
    const fresh = targets.filter((target) => !link.targets.has(targetKey(target)));
    for (const target of fresh) link.targets.set(targetKey(target), target);
    this.#ports.subscriptions.acquire(fresh);
    const request = { link, message, targets };
    this.#requests.add(request);
    this.#tryToAnswer(request);
  }

  #unsubscribe(link: Link, message: Extract<UpMessage, { type: "UNSUBSCRIBE" }>): void {
    const { entityCode, entityIds, within } = message.payload;
    const named = new Set([...(entityIds ?? []).map((id) => `id:${id}`), ...(within ?? []).map((id) => `in:${id}`)]);
    const all = entityIds === undefined && within === undefined;
    const ended = [...link.targets.values()].filter(
      (target) =>
        target.entityCode === entityCode && (all || named.has(`${target.container ? "in" : "id"}:${target.entityId}`)),
    );
    for (const target of ended) {
      link.targets.delete(targetKey(target));
      link.refused.delete(targetKey(target));
    }
    this.#ports.subscriptions.release(ended);
    this.#ports.post(link.id, { ...idOf(message), type: "UNSUBSCRIBED", payload: { entityCode, count: ended.length } });
  }

  /** Answers once the server has answered for every target, and the leader has read the rows that differ. */
  #tryToAnswer(request: SubscribeRequest): void {
    const phases = request.targets.map((target) => this.#ports.subscriptions.phase(target));
    if (phases.some((phase) => phase === "wanted" || phase === "asked")) return;
    this.#requests.delete(request);
    const { entityCode, entityIds = [] } = request.message.payload;
    if (phases.includes("failed")) {
      // The leader's log has the server's reason.
      const payload = { code: "invalid_message" as const, message: "The server refused the subscription." };
      this.#post(request.link, { ...idOf(request.message), type: "ERROR", payload });
      return;
    }
    this.#queue.add(entityCode, entityIds, () => void this.#answer(request));
  }

  async #answer({ link, message, targets }: SubscribeRequest): Promise<void> {
    const { entityCode, entityIds = [], versions = [] } = message.payload;
    // Without readable versions the answer says that everything differs, and the follower reads the database itself.
    const held = await this.#ports.readVersions(entityCode, entityIds).catch(() => new Map<string, HeldVersion>());
    const gone: string[] = [];
    for (const target of targets) {
      const key = targetKey(target);
      // Revoked while it was read: the server's last message counts.
      if (this.#ports.subscriptions.phase(target) === "refused") {
        gone.push(target.entityId);
        link.refused.add(key);
      } else {
        link.refused.delete(key);
      }
    }
    const changed = entityIds.flatMap((entityId, index) => {
      if (gone.includes(entityId)) return [];
      const sent = versions[index] ?? 0;
      const needed = this.#ports.neededVersion(entityKey(entityCode, entityId)) ?? 0;
      // Version 1 stands for a row that exists and is not read yet: any version that is read will do. The version is
      // never below what the follower holds, which would mean that the database lost that version.
      const version = Math.max(1, versionToSend(held.get(entityId)), needed, sent);
      return version === sent ? [] : [{ entityId, version }];
    });
    const payload = { entityCode, count: targets.length - gone.length, changed, gone };
    this.#post(link, { ...idOf(message), type: "SUBSCRIBED", payload });
  }

  /** A target that was gone is held now: a follower subscribes again when it receives the row as existing. */
  #restored(target: Target): void {
    const key = targetKey(target);
    for (const link of this.#links.values()) {
      if (!link.refused.delete(key)) continue;
      const changes = [{ entityId: target.entityId, action: "CREATE" as const, version: 1 }];
      const timestamp = new Date(this.#ports.clock.wallNow()).toISOString();
      this.#post(link, { type: "INVALIDATE", payload: { entityCode: target.entityCode, changes, timestamp } });
    }
  }

  #post(link: Link, message: DownMessage): void {
    if (this.#links.get(link.id) === link && link.welcomed) this.#ports.post(link.id, message);
  }
}

function holds(link: Link, entityCode: string, id: string): boolean {
  return [false, true].some((container) => link.targets.has(targetKey({ entityCode, entityId: id, container })));
}

function idOf(message: UpMessage): { id?: string } {
  return message.id === undefined ? {} : { id: message.id };
}
