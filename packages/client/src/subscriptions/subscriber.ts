import type { DownMessage, UpMessage } from "@heliograph/protocol";
import type { Clock } from "@heliograph/shared/clock";
import { Timer } from "@heliograph/shared/timer";
import type { Logger } from "../platform/logger.ts";
import { retryDelay } from "../platform/retry-delay.ts";
import type { HeldVersion } from "../store/entity-store.ts";
import { CoveredRows, type CoveredRowsPorts } from "./covered-rows.ts";
import { Endings } from "./endings.ts";
import { Refusals } from "./refusals.ts";
import {
  type Batch,
  defaultLimits,
  type GoneRow,
  idsOf,
  type Limits,
  toBatches,
  versionToSend,
} from "./subscribe-batch.ts";
import { type Entry, type Phase, SubscriptionBook, type Target } from "./subscription-book.ts";

/** An answer takes one database read; ten seconds without one mean that it was lost with something on the way. */
export const answerTimeoutMs = 10_000;
/** Components mount in bursts: what is asked for within this time travels in one message. */
export const gatherMs = 5;

export type SubscriberPorts = {
  /** False when there is no connection. */
  readonly send: (message: UpMessage) => boolean;
  readonly readVersions: (entityCode: string, ids: readonly string[]) => Promise<ReadonlyMap<string, HeldVersion>>;
  /** What the device holds of a type inside containers; left out where the store cannot tell. */
  readonly readInside?: CoveredRowsPorts["readInside"];
  readonly onCovered?: CoveredRowsPorts["onCovered"];
  /** `seen`: what was held of each when the server was asked. */
  readonly onChanged: (
    entityCode: string,
    changes: readonly { entityId: string; version: number }[],
    seen: ReadonlyMap<string, HeldVersion>,
  ) => void;
  readonly onGone: (entityCode: string, rows: readonly GoneRow[]) => void;
  /** From now on every change inside these containers is signalled; what was listed before is stale. */
  readonly onWithin: (entityCode: string, containerIds: readonly string[]) => void;
  /** Something about these targets changed that a view may show. */
  readonly onPhase: (targets: readonly Target[]) => void;
  /** Perhaps everything is answered now: time to look at `settled`. */
  readonly onProgress: () => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
};

type Question = {
  readonly batch: Batch<Entry>;
  readonly seen: ReadonlyMap<string, HeldVersion>;
  readonly sentAt: number;
};

type SubscribedMessage = Extract<DownMessage, { type: "SUBSCRIBED" }>;
type UnsubscribedMessage = Extract<DownMessage, { type: "UNSUBSCRIBED" }>;
type ErrorMessage = Extract<DownMessage, { type: "ERROR" }>;

/**
 * Keeps the server's list of subscriptions equal to the book's. A SUBSCRIBE or UNSUBSCRIBE counts only once it is
 * answered. A resumed connection keeps what was answered and gets the others again; on a new one everything is asked
 * again with the versions that the store holds.
 */
export class Subscriber {
  readonly #ports: SubscriberPorts;
  readonly #book: SubscriptionBook;
  readonly #questions = new Map<string, Question>();
  readonly #endings: Endings;
  readonly #flushTimer: Timer;
  readonly #answerTimer: Timer;
  readonly #refusals: Refusals;
  readonly #covered: CoveredRows;
  #limits: Limits = defaultLimits;
  /** Counts connections; 0 while there is none. */
  #session = 0;
  #connected = false;
  #nextId = 1;
  #reading = false;
  #errorsInARow = 0;
  #starved = 0;

  constructor(ports: SubscriberPorts) {
    this.#ports = ports;
    this.#book = new SubscriptionBook(ports.clock, (entries) => this.#expire(entries));
    this.#flushTimer = new Timer(ports.clock);
    this.#answerTimer = new Timer(ports.clock);
    this.#endings = new Endings({ send: ports.send, isWanted: (target) => this.#book.get(target) !== undefined });
    this.#covered = new CoveredRows({
      ...ports,
      readInside: ports.readInside,
      isWatched: (entityCode, id) => {
        const phase = this.#book.get({ entityCode, id, container: false })?.phase;
        return phase === "asked" || phase === "held" || phase === "wanted";
      },
    });
    this.#refusals = new Refusals(ports.clock, ports.random, (entries) => this.#askAgain(entries));
  }

  /** Every target that could be asked for is answered. */
  get settled(): boolean {
    return this.#questions.size === 0 && !this.#reading && !this.#flushTimer.armed && this.#covered.settled;
  }

  /** How many targets do not fit under the server's limit and are therefore not live. */
  get starved(): number {
    return this.#starved;
  }

  phase(target: Target): Phase | undefined {
    const entry = this.#book.get(target);
    // Without a connection nothing is held, whatever was confirmed before.
    return entry?.phase === "held" && !this.#connected ? "wanted" : entry?.phase;
  }

  /** Every target with its phase, for tests and tools. */
  list(): { readonly target: Target; readonly phase: Phase }[] {
    return [...this.#book.entries()].map(({ entityCode, id, container, phase }) => ({
      target: { entityCode, id, container },
      phase,
    }));
  }

  has(target: Target): boolean {
    return this.#book.get(target) !== undefined;
  }

  acquire(targets: readonly Target[]): void {
    this.#book.acquire(targets);
    // Somebody has a new reason to want it, a list that shows it for instance.
    this.#askAgain(this.#refusals.hasten(targets.flatMap((target) => this.#book.get(target) ?? [])));
  }

  release(targets: readonly Target[]): void {
    this.#book.release(targets);
  }

  /** Asks again for rows that the server had refused, because there is a sign that they exist now. */
  retry(targets: readonly Target[]): void {
    for (const target of targets) {
      const entry = this.#book.get(target);
      if (entry?.phase === "refused" || entry?.phase === "failed") entry.phase = "wanted";
    }
    this.#schedule(gatherMs);
  }

  /** The server spoke of these rows as existing: what had been refused of them and inside them may be had now. */
  named(entityCode: string, ids: readonly string[]): void {
    const entries = this.#refusals.hasten(this.#refusals.named(entityCode, new Set(ids)));
    if (entries.length > 0) this.#askAgain(entries);
  }

  /** A new connection: nothing that was confirmed on an older one counts. */
  connected(limits: Limits): void {
    this.#session += 1;
    this.#connected = true;
    this.#adopt(limits, true);
    this.#endings.clear();
    this.reassert();
  }

  /**
   * A new socket that goes on where the last one ended.
   *
   * @param count subscriptions that the server still has
   */
  resumed(limits: Limits, count: number): void {
    this.#session += 1;
    this.#connected = true;
    this.#adopt(limits, false);
    let held = 0;
    for (const entry of this.#book.entries()) {
      // Whether the question or its answer was lost is unknown; asking twice does no harm.
      if (entry.phase === "asked") entry.phase = "wanted";
      if (entry.phase === "held") held += 1;
    }
    this.#endings.repeatAll();
    if (count < held) {
      // Rows of the server were lost, or it took some away and the word of it was: trusting them would miss changes.
      this.#ports.logger.warn(`[Sync] The server kept ${count} of ${held} subscriptions; all are asked for again.`);
      this.reassert();
      return;
    }
    this.#ports.onPhase([...this.#book.entries()]);
    this.#schedule(0);
  }

  #adopt(limits: Limits, afresh: boolean): void {
    this.#limits = limits;
    this.#covered.connected(limits, afresh);
    this.#refusals.setWatched(limits.dormant === true);
  }

  /** Asks for everything again, with the versions held: the server tells what differs. */
  reassert(): void {
    this.#questions.clear();
    this.#answerTimer.clear();
    this.#refusals.clear();
    for (const entry of this.#book.entries()) entry.phase = "wanted";
    this.#ports.onPhase([...this.#book.entries()]);
    this.#schedule(0);
  }

  disconnected(): void {
    this.#connected = false;
    this.#covered.disconnected();
    this.#session += 1;
    this.#questions.clear();
    this.#flushTimer.clear();
    this.#answerTimer.clear();
    this.#refusals.pause();
    this.#ports.onPhase([...this.#book.entries()]);
  }

  start(): void {
    this.#book.resume();
  }

  /** Ends all timers; entries stay for a later start. */
  stop(): void {
    if (this.#connected) this.disconnected();
    this.#book.pause();
  }

  /** The server took rows or containers away, and its subscriptions to them with that. They are asked for again later. */
  withdrawn(entityCode: string, goneIds: readonly string[]): void {
    const targets = goneIds.flatMap((id) => [false, true].map((container) => ({ entityCode, id, container })));
    const entries = targets.flatMap((target) => this.#book.get(target) ?? []);
    for (const entry of entries) if (entry.phase === "held" || entry.phase === "asked") this.#refusals.add(entry);
    this.#ports.onPhase(entries);
  }

  unsubscribed(message: UnsubscribedMessage): void {
    this.#endings.answered(message.id);
  }

  answered(message: SubscribedMessage): void {
    if (this.#covered.answered(message)) return;
    const question = message.id === undefined ? undefined : this.#takeQuestion(message.id);
    if (!question) return; // a repeated question is answered by its own id
    this.#errorsInARow = 0;
    const { batch, seen } = question;
    const gone = new Set(message.payload.gone);
    for (const entry of batch.entries) {
      const refused = gone.has(entry.id);
      if (entry.phase === "asked") {
        if (!refused) {
          entry.phase = "held";
          this.#refusals.forget(entry);
        } else if (this.#book.get(entry) === entry) this.#refusals.add(entry);
        else entry.phase = "refused";
      }
      // Taken away while this question was open, and now there: which of the two came last is asked for.
      else if (entry.phase === "refused" && !refused) this.retry([entry]);
    }
    this.#ports.logger.info(`[Sync] Subscribed: ${batch.entityCode} (${message.payload.count})`);
    if (gone.size > 0 && !batch.container) {
      const rows = [...gone].map((id) => ({ id, seen: seen.get(id)?.version ?? 0 }));
      this.#ports.onGone(batch.entityCode, rows);
    }
    this.#ports.onChanged(batch.entityCode, message.payload.changed, seen);
    // The lists of a refused container are read as well, for nothing will signal; but not again after every vain try.
    const read = batch.entries.filter((entry) => entry.phase === "held" || this.#refusals.isFirst(entry));
    if (batch.container && read.length > 0) this.#ports.onWithin(batch.entityCode, idsOf(read));
    const live = batch.entries.filter((entry) => entry.phase === "held");
    if (batch.container) this.#covered.add(batch.entityCode, idsOf(live));
    this.#ports.onPhase(batch.entries);
    this.#ports.onProgress();
  }

  failed(message: ErrorMessage): void {
    if (this.#covered.failed(message)) return;
    const question = message.id === undefined ? undefined : this.#takeQuestion(message.id);
    const { code } = message.payload;
    this.#ports.logger.warn(`[Sync] The server answered ${code}: ${message.payload.message}`);
    const repeat = code === "unavailable" || code === "too_many_subscriptions";
    if (!question) {
      if (this.#endings.failed(message.id, repeat) && repeat) this.#repeatLater();
      return;
    }
    for (const entry of question.batch.entries) if (entry.phase === "asked") entry.phase = repeat ? "wanted" : "failed";
    this.#ports.onPhase(question.batch.entries);
    if (repeat) this.#repeatLater();
  }

  #repeatLater(): void {
    this.#errorsInARow += 1;
    this.#flushTimer.clear();
    this.#schedule(retryDelay(this.#errorsInARow, this.#ports.random()));
  }

  #takeQuestion(id: string): Question | undefined {
    const question = this.#questions.get(id);
    this.#questions.delete(id);
    if (this.#questions.size === 0) this.#answerTimer.clear();
    return question;
  }

  #askAgain(entries: readonly Entry[]): void {
    for (const entry of entries) entry.phase = "wanted";
    this.#schedule(gatherMs);
  }

  #schedule(delayMs: number): void {
    if (!this.#connected || this.#flushTimer.armed) return;
    this.#flushTimer.set(delayMs, () => void this.#flush());
  }

  async #flush(): Promise<void> {
    this.#end();
    if (this.#reading) return; // looks again when it is done
    const session = this.#session;
    this.#reading = true;
    for (const batch of toBatches(this.#affordable(), (entry) => entry, this.#limits)) {
      const seen = batch.container ? new Map() : await this.#readVersions(batch);
      if (session !== this.#session) break;
      this.#ask(batch, seen);
    }
    this.#reading = false;
    if (this.#connected) this.#refusals.arm();
    if (this.#affordable().length > 0) this.#schedule(gatherMs);
    this.#ports.onProgress();
  }

  /** Without readable versions the server is asked as if nothing were held: it answers more, but nothing is missed. */
  async #readVersions(batch: Batch<Entry>): Promise<ReadonlyMap<string, HeldVersion>> {
    try {
      return await this.#ports.readVersions(batch.entityCode, idsOf(batch.entries));
    } catch (error) {
      this.#ports.logger.warn(`[Sync] Held versions could not be read: ${String(error)}`);
      return new Map();
    }
  }

  /** What is wanted and fits under the server's limit: asking for more would only earn an error for the whole message. */
  #affordable(): Entry[] {
    let room = this.#limits.maxSubscriptions;
    const wanted: Entry[] = [];
    for (const entry of this.#book.entries()) {
      if (this.#isKept(entry)) room -= 1;
      else if (entry.phase === "wanted") wanted.push(entry);
    }
    const starved = Math.max(0, wanted.length - Math.max(0, room));
    if (starved > 0 && this.#starved === 0) {
      this.#ports.logger.warn(`[Sync] ${starved} subscriptions exceed the server's limit and are not live.`);
    }
    this.#starved = starved;
    // Containers first: one of them keeps a whole list live.
    return wanted.sort((a, b) => Number(b.container) - Number(a.container)).slice(0, Math.max(0, room));
  }

  /** The server keeps something for it, or is about to. */
  #isKept({ phase }: Entry): boolean {
    return phase === "asked" || phase === "held" || (phase === "refused" && this.#limits.dormant === true);
  }

  #ask(batch: Batch<Entry>, seen: ReadonlyMap<string, HeldVersion>): void {
    const entries = batch.entries.filter((entry) => entry.phase === "wanted" && this.#book.get(entry) === entry);
    if (entries.length === 0) return;
    const id = `s${this.#nextId++}`;
    const names = idsOf(entries);
    const payload = batch.container
      ? { entityCode: batch.entityCode, within: names }
      : {
          entityCode: batch.entityCode,
          entityIds: names,
          versions: names.map((name) => versionToSend(seen.get(name))),
        };
    if (!this.#ports.send({ type: "SUBSCRIBE", id, payload })) return;
    for (const entry of entries) entry.phase = "asked";
    this.#questions.set(id, { batch: { ...batch, entries }, seen, sentAt: this.#ports.clock.wallNow() });
    if (!this.#answerTimer.armed) this.#answerTimer.set(answerTimeoutMs, () => this.#repeatUnanswered());
  }

  #repeatUnanswered(): void {
    const now = this.#ports.clock.wallNow();
    let next: number | undefined;
    for (const [id, question] of this.#questions) {
      const due = question.sentAt + answerTimeoutMs;
      if (due > now) {
        next = Math.min(next ?? due, due);
        continue;
      }
      this.#questions.delete(id);
      for (const entry of question.batch.entries) if (entry.phase === "asked") entry.phase = "wanted";
    }
    if (next !== undefined) this.#answerTimer.set(next - now, () => this.#repeatUnanswered());
    this.#schedule(0);
  }

  #expire(entries: readonly Entry[]): void {
    for (const entry of entries) {
      this.#refusals.forget(entry);
      if (this.#isKept(entry)) this.#endings.add(entry);
    }
    this.#end();
    this.#ports.onPhase(entries);
    this.#schedule(gatherMs); // room may have become free
  }

  #end(): void {
    if (this.#connected) this.#endings.send(this.#limits);
  }
}
