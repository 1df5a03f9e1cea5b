import type { DownMessage, UpMessage } from "@heliograph/protocol";
import type { Clock } from "@heliograph/shared/clock";
import { Timer } from "@heliograph/shared/timer";
import type { Logger } from "../platform/logger.ts";
import { retryDelay } from "../platform/retry-delay.ts";
import type { HeldVersion } from "../store/entity-store.ts";
import { CoveredVersionReconciler, type CoveredVersionReconcilerPorts } from "./covered-version-reconciler.ts";
import { type ErrorMessage, PendingRequests } from "./pending-requests.ts";
import { RefusedSubscribeRetry } from "./refused-subscribe-retry.ts";
import {
  type Batch,
  defaultLimits,
  type GoneRow,
  idsOf,
  type Limits,
  toBatches,
  versionToSend,
} from "./subscribe-batch.ts";
import { type Phase, type Subscription, SubscriptionSet, type Target } from "./subscription-set.ts";
import { UnsubscribeRetry } from "./unsubscribe-retry.ts";

/** Components mount in bursts: targets acquired within this time travel in one message. */
export const gatherMs = 5;

export interface SubscriberPorts {
  /** False when there is no connection. */
  readonly send: (message: UpMessage) => boolean;
  readonly readVersions: (entityCode: string, ids: readonly string[]) => Promise<ReadonlyMap<string, HeldVersion>>;
  readonly readInside?: CoveredVersionReconcilerPorts["readInside"];
  readonly onCompared?: CoveredVersionReconcilerPorts["onCompared"];
  /** `seen`: the versions that the device held when the request was sent. */
  readonly onChanged: (
    entityCode: string,
    changes: readonly { entityId: string; version: number }[],
    seen: ReadonlyMap<string, HeldVersion>,
  ) => void;
  readonly onGone: (entityCode: string, rows: readonly GoneRow[]) => void;
  /** From now on the server signals every change inside these containers; lists that were read before are stale. */
  readonly onContainersSubscribed: (entityCode: string, containerIds: readonly string[]) => void;
  /** The phase of these targets may have changed. */
  readonly onPhase: (targets: readonly Target[]) => void;
  /** `settled` may have become true. */
  readonly onProgress: () => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
}

interface SubscribeRequest {
  readonly batch: Batch<Subscription>;
  readonly seen: ReadonlyMap<string, HeldVersion>;
}

type SubscribedMessage = Extract<DownMessage, { type: "SUBSCRIBED" }>;
type UnsubscribedMessage = Extract<DownMessage, { type: "UNSUBSCRIBED" }>;

/**
 * Keeps the server's subscriptions equal to the ones that views want. A SUBSCRIBE or UNSUBSCRIBE counts only once it is
 * answered. A resumed connection keeps what was answered and gets the rest again; on a connection of a new session
 * everything is subscribed again with the versions that the store holds.
 */
export class Subscriber {
  readonly #ports: SubscriberPorts;
  readonly #subscriptions: SubscriptionSet;
  readonly #requests: PendingRequests<SubscribeRequest>;
  readonly #unsubscribes: UnsubscribeRetry;
  readonly #refused: RefusedSubscribeRetry;
  readonly #covered: CoveredVersionReconciler;
  readonly #flushTimer: Timer;
  #limits: Limits = defaultLimits;
  /** Counts connections: what was read from the store for an earlier one does not count. */
  #session = 0;
  #connected = false;
  #reading = false;
  #overLimit = 0;

  constructor(ports: SubscriberPorts) {
    this.#ports = ports;
    this.#flushTimer = new Timer(ports.clock);
    this.#subscriptions = new SubscriptionSet(ports.clock, (expired) => this.#expire(expired));
    this.#requests = new PendingRequests({
      ...ports,
      idPrefix: "s",
      onReturned: ({ batch }) => {
        for (const subscription of batch.entries) if (subscription.phase === "asked") subscription.phase = "wanted";
      },
      onRetry: () => this.#schedule(0),
      retryDelayMs: (failures) => retryDelay(failures, ports.random()),
    });
    this.#unsubscribes = new UnsubscribeRetry({
      ...ports,
      isWanted: (target) => this.has(target),
      onRetry: () => this.#unsubscribe(),
    });
    this.#covered = new CoveredVersionReconciler({
      ...ports,
      readInside: ports.readInside,
      isWatched: (entityCode, entityId) => {
        const phase = this.#subscriptions.get({ entityCode, entityId, container: false })?.phase;
        return phase === "asked" || phase === "held" || phase === "wanted";
      },
    });
    this.#refused = new RefusedSubscribeRetry(ports.clock, ports.random, (due) => this.#subscribeAgain(due));
  }

  /** Whether every target that could be subscribed is answered. */
  get settled(): boolean {
    const { size, backingOff } = this.#requests;
    return size === 0 && !backingOff && !this.#reading && !this.#flushTimer.armed && this.#covered.settled;
  }

  /** How many targets exceed the server's limit and are therefore not live. */
  get overLimit(): number {
    return this.#overLimit;
  }

  phase(target: Target): Phase | undefined {
    const phase = this.#subscriptions.get(target)?.phase;
    // Without a connection nothing is held, whatever was confirmed before.
    return phase === "held" && !this.#connected ? "wanted" : phase;
  }

  /** Every target with its phase, for tests and tools. */
  list(): { readonly target: Target; readonly phase: Phase }[] {
    return [...this.#subscriptions.all()].map(({ entityCode, entityId, container, phase }) => ({
      target: { entityCode, entityId, container },
      phase,
    }));
  }

  /** Ids of the containers whose rows of this type are subscribed, whatever their phase. */
  containersOf(entityCode: string): string[] {
    return [...this.#subscriptions.all()].flatMap((one) =>
      one.container && one.entityCode === entityCode ? [one.entityId] : [],
    );
  }

  has(target: Target): boolean {
    return this.#subscriptions.get(target) !== undefined;
  }

  acquire(targets: readonly Target[]): void {
    this.#subscriptions.acquire(targets);
    // A new view is a reason to retry what was refused: a list that shows the row, for instance.
    this.#subscribeAgain(this.#refused.retryEarly(targets.flatMap((target) => this.#subscriptions.get(target) ?? [])));
  }

  release(targets: readonly Target[]): void {
    this.#subscriptions.release(targets);
  }

  /** Subscribes again to targets that the server had refused, because there is a sign that they exist now. */
  resubscribe(targets: readonly Target[]): void {
    for (const target of targets) {
      const subscription = this.#subscriptions.get(target);
      if (subscription?.phase === "refused" || subscription?.phase === "failed") subscription.phase = "wanted";
    }
    this.#schedule(gatherMs);
  }

  /** The server mentioned these rows as existing: refused subscriptions of them and inside them are rechecked. */
  recheckRefused(entityCode: string, ids: readonly string[]): void {
    const refused = this.#refused.retryEarly(this.#refused.affectedBy(entityCode, new Set(ids)));
    if (refused.length > 0) this.#subscribeAgain(refused);
  }

  /** A connection of a new session: nothing that was confirmed on an earlier one counts. */
  connected(limits: Limits): void {
    this.#session += 1;
    this.#connected = true;
    this.#adopt(limits, true);
    this.#unsubscribes.clear();
    this.resubscribeAll();
  }

  /**
   * A connection that resumes the session of the last one.
   *
   * @param count subscriptions that the server still has
   */
  resumed(limits: Limits, count: number): void {
    this.#session += 1;
    this.#connected = true;
    this.#adopt(limits, false);
    let held = 0;
    for (const subscription of this.#subscriptions.all()) {
      // Whether the request or its answer was lost is unknown; subscribing twice does no harm.
      if (subscription.phase === "asked") subscription.phase = "wanted";
      if (subscription.phase === "held") held += 1;
    }
    if (count < held) {
      // The server lost subscriptions, or revoked some and the message was lost. Trusting them would miss changes.
      this.#ports.logger.warn(`[Sync] server kept ${count} of ${held} subscriptions; subscribing to all again`);
      this.resubscribeAll();
      return;
    }
    this.#ports.onPhase([...this.#subscriptions.all()]);
    this.#schedule(0);
  }

  #adopt(limits: Limits, reset: boolean): void {
    this.#limits = limits;
    this.#covered.connected(limits, reset);
    this.#refused.setServerRechecks(limits.rechecksRefused === true);
  }

  /** Subscribes to everything again with the versions held: the server answers what differs. */
  resubscribeAll(): void {
    this.#requests.clear();
    this.#refused.clear();
    for (const subscription of this.#subscriptions.all()) subscription.phase = "wanted";
    this.#ports.onPhase([...this.#subscriptions.all()]);
    this.#schedule(0);
  }

  disconnected(): void {
    this.#connected = false;
    this.#session += 1;
    this.#covered.disconnected();
    this.#requests.clear(); // `resumed` and `connected` decide what becomes of their targets
    this.#unsubscribes.disconnected();
    this.#flushTimer.clear();
    this.#refused.pause();
    this.#ports.onPhase([...this.#subscriptions.all()]);
  }

  start(): void {
    this.#subscriptions.resume();
  }

  /** Stops all timers. Subscriptions stay for a later start. */
  stop(): void {
    if (this.#connected) this.disconnected();
    this.#subscriptions.pause();
  }

  /** The server revoked rows or containers, and its subscriptions to them with that. They are retried later. */
  revoked(entityCode: string, goneIds: readonly string[]): void {
    const targets = goneIds.flatMap((entityId) =>
      [false, true].map((container) => ({ entityCode, entityId, container })),
    );
    const affected = targets.flatMap((target) => this.#subscriptions.get(target) ?? []);
    for (const one of affected) if (one.phase === "held" || one.phase === "asked") this.#refused.add(one);
    this.#ports.onPhase(affected);
  }

  unsubscribed(message: UnsubscribedMessage): void {
    this.#unsubscribes.answered(message.id);
  }

  answered(message: SubscribedMessage): void {
    if (this.#covered.answered(message)) return;
    const request = this.#requests.answered(message.id);
    if (!request) return; // sent again since, under another id
    const { batch, seen } = request;
    const gone = new Set(message.payload.gone);
    for (const subscription of batch.entries) {
      const refused = gone.has(subscription.entityId);
      if (subscription.phase === "asked") {
        if (!refused) {
          subscription.phase = "held";
          this.#refused.forget(subscription);
        } else if (this.#subscriptions.get(subscription) === subscription) this.#refused.add(subscription);
        else subscription.phase = "refused";
      }
      // Revoked while this request was pending, but readable in its answer. Another request shows which is current.
      else if (subscription.phase === "refused" && !refused) this.resubscribe([subscription]);
    }
    this.#ports.logger.info(`[Sync] Subscribed: ${batch.entityCode} (${message.payload.count})`);
    if (gone.size > 0 && !batch.container) {
      const rows = [...gone].map((entityId) => ({ entityId, seen: seen.get(entityId)?.version ?? 0 }));
      this.#ports.onGone(batch.entityCode, rows);
    }
    this.#ports.onChanged(batch.entityCode, message.payload.changed, seen);
    const live = batch.entries.filter((subscription) => subscription.phase === "held");
    if (batch.container) {
      // Lists of a refused container are read too, because nothing will signal their changes; but not after every retry.
      const read = batch.entries.filter((one) => one.phase === "held" || this.#refused.isFirst(one));
      if (read.length > 0) this.#ports.onContainersSubscribed(batch.entityCode, idsOf(read));
      this.#covered.reconcile(batch.entityCode, idsOf(live));
    }
    this.#ports.onPhase(batch.entries);
    this.#ports.onProgress();
  }

  failed(message: ErrorMessage): void {
    if (this.#covered.failed(message)) return;
    const failure = this.#requests.failed(message);
    const { code, message: reason } = message.payload;
    if (!failure) {
      const next = this.#unsubscribes.failed(message) ? "; unsubscribe failed" : "";
      this.#ports.logger.warn(`[Sync] server answered ${code}: ${reason}${next}`);
      return;
    }
    const { content, retried } = failure;
    const next = retried ? "retrying" : "not retrying";
    this.#ports.logger.warn(`[Sync] failed to subscribe ${content.batch.entityCode} (${code}: ${reason}); ${next}`);
    for (const one of content.batch.entries) if (!retried && one.phase === "asked") one.phase = "failed";
    this.#ports.onPhase(content.batch.entries);
    if (retried) this.#flushTimer.clear(); // the backoff holds for everything
  }

  #subscribeAgain(subscriptions: readonly Subscription[]): void {
    for (const subscription of subscriptions) subscription.phase = "wanted";
    this.#schedule(gatherMs);
  }

  #schedule(delayMs: number): void {
    if (!this.#connected || this.#flushTimer.armed || this.#requests.backingOff) return;
    this.#flushTimer.set(delayMs, () => void this.#flush());
  }

  async #flush(): Promise<void> {
    this.#unsubscribe();
    if (this.#reading) return; // flushes again when it is done
    const session = this.#session;
    this.#reading = true;
    for (const batch of toBatches(this.#affordable(), (subscription) => subscription, this.#limits)) {
      const seen = batch.container ? new Map() : await this.#readVersions(batch);
      if (session !== this.#session) break;
      this.#subscribe(batch, seen);
    }
    this.#reading = false;
    if (this.#connected) this.#refused.arm();
    if (this.#affordable().length > 0) this.#schedule(gatherMs);
    this.#ports.onProgress();
  }

  /** Without readable versions the client subscribes as if it held nothing: the server answers more, nothing is missed. */
  async #readVersions(batch: Batch<Subscription>): Promise<ReadonlyMap<string, HeldVersion>> {
    try {
      return await this.#ports.readVersions(batch.entityCode, idsOf(batch.entries));
    } catch (error) {
      this.#ports.logger.warn(`[Sync] failed to read held versions; subscribing without them: ${String(error)}`);
      return new Map();
    }
  }

  /** What is wanted and fits under the server's limit. Beyond it the server would refuse the whole message. */
  #affordable(): Subscription[] {
    let room = this.#limits.maxSubscriptions;
    const wanted: Subscription[] = [];
    for (const subscription of this.#subscriptions.all()) {
      if (this.#countsAtServer(subscription)) room -= 1;
      else if (subscription.phase === "wanted") wanted.push(subscription);
    }
    const overLimit = Math.max(0, wanted.length - Math.max(0, room));
    if (overLimit > 0 && this.#overLimit === 0) {
      this.#ports.logger.warn(`[Sync] ${overLimit} subscriptions exceed the server's limit; they are not live`);
    }
    this.#overLimit = overLimit;
    // Containers first: one of them keeps a whole list live.
    return wanted.sort((a, b) => Number(b.container) - Number(a.container)).slice(0, Math.max(0, room));
  }

  /** Whether the server keeps state for the subscription, or is about to. */
  #countsAtServer({ phase }: Subscription): boolean {
    return phase === "asked" || phase === "held" || (phase === "refused" && this.#limits.rechecksRefused === true);
  }

  #subscribe(batch: Batch<Subscription>, seen: ReadonlyMap<string, HeldVersion>): void {
    const entries = batch.entries.filter((one) => one.phase === "wanted" && this.#subscriptions.get(one) === one);
    if (entries.length === 0) return;
    const { entityCode, container } = batch;
    const ids = idsOf(entries);
    const payload = container
      ? { entityCode, within: ids }
      : { entityCode, entityIds: ids, versions: ids.map((id) => versionToSend(seen.get(id))) };
    const request = { batch: { ...batch, entries }, seen };
    if (!this.#requests.send(request, (id) => ({ type: "SUBSCRIBE", id, payload }))) return;
    for (const subscription of entries) subscription.phase = "asked";
  }

  #expire(expired: readonly Subscription[]): void {
    for (const subscription of expired) {
      this.#refused.forget(subscription);
      if (this.#countsAtServer(subscription)) this.#unsubscribes.add(subscription);
    }
    this.#unsubscribe();
    this.#ports.onPhase(expired);
    this.#schedule(gatherMs); // there may be room under the limit now
  }

  #unsubscribe(): void {
    if (this.#connected) this.#unsubscribes.flush(this.#limits);
  }
}
