import { logAction } from "@heliograph/protocol";
import { includesCreation, isRightsChange, type LogChange } from "@heliograph/server-kit";
import { Backoff } from "@heliograph/shared/backoff";
import type { Clock } from "@heliograph/shared/clock";
import { entityKey } from "@heliograph/shared/entity-key";
import { sleep } from "@heliograph/shared/sleep";
import { FrameCache } from "../delivery/frame-cache.ts";
import { changeOf } from "../delivery/signal.ts";
import type { Connection } from "../socket/connection.ts";
import type { User } from "../socket/user.ts";
import type { Held } from "../subscriptions/connection-subscriptions.ts";
import type { SubscriptionManager } from "../subscriptions/subscription-manager.ts";
import { type Check, CheckList } from "./pending-rights-checks.ts";
import type { Readable, RightsReader } from "./rights-reader.ts";

export type RightsPorts = {
  readonly reader: RightsReader;
  readonly subscriptions: Pick<SubscriptionManager, "revoke" | "revokeContainer" | "reset" | "wake" | "adopt">;
  /** Whether only the policies of a type's own table know who may read its rows. */
  readonly hasOwnPolicy: (code: string) => boolean;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly onError: (error: unknown) => void;
  readonly countRead: (result: "ok" | "failed") => void;
  /** Signals of one user that may wait for a read; beyond it his sockets are closed and begin afresh. */
  readonly maxWaiting: number;
};

const nothingRead: Readable = { versions: new Map(), containers: new Map() };

/** Something dormant to be read again, and the time of the change that gave reason to. */
type Stirred = { readonly held: Held; readonly at: number };
/** What a read makes known, to be told once all reads of a turn have succeeded. */
type Tell = () => void;

/** What one user waits for. */
type Line = {
  waiting: CheckList;
  /** What is being read now. */
  reading: CheckList;
  /** Everything he holds must be read again: his membership changed. */
  everything: boolean;
  readingEverything: boolean;
  stirred: Map<string, Stirred>;
  readingStirred: ReadonlyMap<string, Stirred>;
  busy: boolean;
};

/**
 * Reads, under a user's row level security, whether he may be told of a signal. Grouped: one user's signals of a batch
 * are one read, whatever came during a read is the next. While the database does not answer, signals wait: to deliver
 * unchecked would leak, to drop would lose a change.
 */
export class Rights {
  readonly #ports: RightsPorts;
  readonly #lines = new Map<User, Line>();

  constructor(ports: RightsPorts) {
    this.#ports = ports;
  }

  /** Whether a signal for this entity has to wait behind another one, or behind a reading of everything. */
  isWaiting(user: User, code: string, id: string): boolean {
    const line = this.#lines.get(user);
    if (!line) return false;
    if (line.everything || line.readingEverything || line.waiting.has(code, id) || line.reading.has(code, id))
      return true;
    const key = stirredKey({ kind: "id", code, id });
    return line.stirred.has(key) || line.readingStirred.has(key);
  }

  /** Whether anything of this user waits for a read: then no position in the feed holds for his sockets. */
  isBusy(user: User): boolean {
    return this.#lines.has(user);
  }

  /** `judged`: told only if a read finds the row; otherwise the signal only keeps its place behind earlier ones. */
  check(user: User, item: LogChange, connection: Connection, judged: boolean): void {
    const line = this.#line(user);
    line.waiting.add(item, new Map([[connection, judged]]));
    if (line.waiting.size > this.#ports.maxWaiting) {
      for (const slow of user.connections) slow.closeTooSlow("rights could not be read in time");
      this.#lines.delete(user);
      return;
    }
    this.#start(user, line);
  }

  /** Reads again whatever this user holds. */
  checkEverything(user: User): void {
    const line = this.#line(user);
    line.everything = true;
    this.#start(user, line);
  }

  /** Reads again what is dormant; what is found becomes live and is told. `at`: milliseconds since 1970. */
  stir(user: User, held: readonly Held[], at: number = this.#ports.clock.wallNow()): void {
    if (held.length === 0) return;
    const line = this.#line(user);
    for (const one of held) line.stirred.set(stirredKey(one), { held: one, at });
    this.#start(user, line);
  }

  /**
   * The client holds these rows from inside a container, and may read them: as if they had been told to it. Without any
   * container of the type they are what it has left on its device, which it asked about once: nothing would ever end them.
   */
  noteCovered(connection: Connection, code: string, ids: readonly string[]): void {
    if (!this.#ports.hasOwnPolicy(code)) return;
    if (!connection.holdings.list(code).some(({ kind }) => kind === "within")) return;
    for (const id of ids) this.#ports.subscriptions.adopt(connection, code, id);
  }

  #line(user: User): Line {
    let line = this.#lines.get(user);
    if (!line) {
      line = {
        waiting: new CheckList(),
        reading: new CheckList(),
        everything: false,
        readingEverything: false,
        stirred: new Map(),
        readingStirred: new Map(),
        busy: false,
      };
      this.#lines.set(user, line);
    }
    return line;
  }

  #start(user: User, line: Line): void {
    if (line.busy) return;
    line.busy = true;
    this.#work(user, line)
      .catch(this.#ports.onError)
      .finally(() => {
        line.busy = false;
        if (this.#lines.get(user) !== line) return;
        // Something may have come after the last look of the loop.
        if (this.#hasWork(user, line)) this.#start(user, line);
        else this.#lines.delete(user);
      });
  }

  #hasWork(user: User, line: Line): boolean {
    const waits = line.everything || line.waiting.size > 0 || line.stirred.size > 0;
    return waits && user.connections.size > 0 && !this.#ports.signal.aborted;
  }

  async #work(user: User, line: Line): Promise<void> {
    const backoff = new Backoff({ baseMs: 100, capMs: 2000, random: this.#ports.random });
    // The whole batch first, so that it becomes one read.
    await Promise.resolve();
    while (this.#hasWork(user, line) && this.#lines.get(user) === line) {
      // A membership that changes during the read asks for another one.
      line.readingEverything = line.everything;
      line.everything = false;
      line.reading = line.waiting;
      line.waiting = new CheckList();
      line.readingStirred = line.stirred;
      line.stirred = new Map();
      try {
        // All of them before the first is told: a failure repeats the whole turn, and must not tell a part twice.
        const tells = await Promise.all([
          line.readingEverything ? this.#readEverything(user) : nothing,
          this.#readChecks(user, line.reading),
          this.#readStirred(user, line.readingStirred),
        ]);
        for (const tell of tells) tell();
        this.#ports.countRead("ok");
        backoff.reset();
      } catch (error) {
        this.#ports.countRead("failed");
        this.#ports.onError(error);
        line.everything ||= line.readingEverything;
        line.waiting.restore(line.reading);
        line.reading = new CheckList();
        line.stirred = new Map([...line.readingStirred, ...line.stirred]);
        line.readingStirred = new Map();
        await sleep(backoff.next(), this.#ports.signal, this.#ports.clock);
        continue;
      }
      const afresh = line.readingEverything;
      line.reading = new CheckList();
      line.readingStirred = new Map();
      line.readingEverything = false;
      this.#tellAll(user, afresh);
    }
  }

  #tellAll(user: User, afresh: boolean): void {
    const frames = new FrameCache();
    for (const connection of user.connections) {
      connection.flush(frames);
      // Other rights change which rows of a container are visible, and no signal names those. The client asks again for
      // all it shows when its socket begins afresh.
      // A RESET and not a close, after which the client would resume and be told of the same membership for ever.
      const holdsContainers = [connection.holdings, connection.pending?.holdings].some((holdings) =>
        holdings?.list().some(({ kind }) => kind === "within"),
      );
      if (afresh && holdsContainers) this.#ports.subscriptions.reset(connection, "session");
    }
  }

  async #readChecks(user: User, list: CheckList): Promise<Tell> {
    const byCode = Map.groupBy(list.values(), ({ item }) => item.entityCode);
    const reads = [...byCode].map(async ([code, checks]) => {
      const judged = checks.filter(({ connections }) => [...connections.values()].includes(true));
      const ids = judged.map(({ item }) => item.entityId);
      const ended = judged.flatMap(({ item }) => (item.action === logAction.delete ? [item.entityId] : []));
      const asked = { ids, within: [], ...(ended.length > 0 && { ended }) };
      const readable = ids.length > 0 ? await this.#ports.reader.read(user, code, asked) : nothingRead;
      return { checks, readable };
    });
    const answers = await Promise.all(reads);
    return () => {
      for (const { checks, readable } of answers) for (const check of checks) this.#settle(check, readable);
    };
  }

  #settle({ item, connections }: Check, readable: Readable): void {
    const held: Held = { kind: "id", code: item.entityCode, id: item.entityId };
    const version = readable.versions.get(item.entityId);
    for (const [connection, judged] of connections) {
      if (!connection.open) continue;
      const ends = item.action === logAction.delete;
      // Before it is told: what is live is delivered.
      const woken = judged && version !== undefined && !ends && this.#ports.subscriptions.wake(connection, held);
      const holdsId = connection.holdsId(item.entityCode, item.entityId);
      if (!holdsId && !connection.holdsContainer(item.entityCode, item.containerIds)) continue;
      if (!judged) connection.deliverUnjudged(changeOf(item), item.restricted);
      else if (ends && this.#mayHearOfEnd(connection, item, readable)) connection.deliver(changeOf(item));
      // What is found after an end is another row under the id, of which its creation tells.
      else if (version === undefined) this.#withdraw(connection, item, holdsId);
      else if (!ends) this.#tell(connection, item, version, woken);
    }
  }

  #tell(connection: Connection, item: LogChange, version: number, woken: boolean): void {
    if (item.restricted && this.#ports.hasOwnPolicy(item.entityCode))
      this.#ports.subscriptions.adopt(connection, item.entityCode, item.entityId);
    // The version that was read and not the item's: that one may be of a time when the user could not read the row. The
    // signal of the newer version itself is then no news any more.
    const keepsAction = !woken && !item.recheck && !isRightsChange(item);
    connection.deliver(changeOf(item, keepsAction ? { version } : { version, action: "CREATE" }));
    connection.reads.note(item.entityCode, new Map([[item.entityId, version]]));
  }

  /** Whether the user could read a row as long as it was there. */
  #mayHearOfEnd(connection: Connection, item: LogChange, { ended }: Readable): boolean {
    if (ended?.has(item.entityId)) return true;
    if (!item.restricted && connection.holdsContainer(item.entityCode, item.containerIds)) return true;
    // A subscription that is pending proves no right: the version would tell whoever asks for an id inside a container that
    // he holds. Nor does one prove it for a row that began after it.
    return connection.holdings.has({ kind: "id", code: item.entityCode, id: item.entityId }) && !includesCreation(item);
  }

  #withdraw(connection: Connection, item: LogChange, holdsId: boolean): void {
    if (holdsId || this.#mayHaveSeen(connection, item))
      this.#ports.subscriptions.revoke(connection, item.entityCode, item.entityId);
  }

  /**
   * Who holds only the container is told of a loss only if he may have seen the row, or the GONE would disclose it. Under
   * the standard policy, a recheck that is not about a grant means that the row was public before. Grants, revocations
   * and the end of a private row name who could read it. Under policies of a table's own, nobody knows who saw what,
   * but rows that were told are held by their id.
   */
  #mayHaveSeen({ user, holdings }: Connection, item: LogChange): boolean {
    if (item.containerIds.includes(user.personId)) return true;
    if (isRightsChange(item)) return false;
    // A container that is pending may be anybody's: asking for it must not be enough to hear of what is inside.
    if (!item.containerIds.some((id) => holdings.has({ kind: "within", code: item.entityCode, id }))) return false;
    return item.recheck && item.action !== logAction.create && !this.#ports.hasOwnPolicy(item.entityCode);
  }

  async #readStirred(user: User, stirred: ReadonlyMap<string, Stirred>): Promise<Tell> {
    const byCode = Map.groupBy(stirred.values(), ({ held }) => held.code);
    const reads = [...byCode].map(async ([code, some]) => {
      const of = (kind: Held["kind"]): string[] => some.flatMap(({ held }) => (held.kind === kind ? [held.id] : []));
      return { some, readable: await this.#ports.reader.read(user, code, { ids: of("id"), within: of("within") }) };
    });
    const answers = await Promise.all(reads);
    return () => {
      for (const { some, readable } of answers)
        for (const { held, at } of some)
          for (const connection of user.connections) this.#wake(connection, held, readable, at);
    };
  }

  /** Tells of a dormant subscription that was found readable, by the row itself or, of a container, by the container's. */
  #wake(connection: Connection, held: Held, readable: Readable, at: number): void {
    const version = readable.versions.get(held.id);
    const found =
      held.kind === "within"
        ? readable.containers.get(held.id)
        : version === undefined
          ? undefined
          : { code: held.code, version };
    if (!connection.open || !found || !this.#ports.subscriptions.wake(connection, held)) return;
    const item: LogChange = {
      entityCode: found.code,
      entityId: held.id,
      action: logAction.create,
      version: found.version,
      containerIds: [],
      restricted: true,
      recheck: false,
      changedAt: at,
    };
    connection.announce(changeOf(item));
    // Of this row alone: others that were read with it were not told, and their signals are still to come.
    if (version !== undefined) connection.reads.note(held.code, new Map([[held.id, version]]));
  }

  /**
   * After a change of membership: what he holds and may not read any more is gone, what was refused may be there. Pending
   * subscriptions count too.
   */
  async #readEverything(user: User): Promise<Tell> {
    const all = new Map<string, Held>();
    for (const { holdings, dormant, pending } of user.connections)
      for (const held of [...holdings.list(), ...dormant.list(), ...(pending?.holdings.list() ?? [])])
        all.set(stirredKey(held), held);
    const byCode = Map.groupBy(all.values(), ({ code }) => code);
    const reads = [...byCode].map(async ([code, some]) => {
      const of = (kind: Held["kind"]): string[] => some.flatMap((held) => (held.kind === kind ? [held.id] : []));
      return { some, readable: await this.#ports.reader.read(user, code, { ids: of("id"), within: of("within") }) };
    });
    const answers = await Promise.all(reads);
    const at = this.#ports.clock.wallNow();
    return () => {
      for (const { some, readable } of answers)
        for (const held of some)
          for (const connection of user.connections) {
            this.#withdrawIfLost(connection, held, readable);
            this.#wake(connection, held, readable, at);
          }
    };
  }

  #withdrawIfLost(connection: Connection, { kind, code, id }: Held, readable: Readable): void {
    const { subscriptions } = this.#ports;
    if (kind === "id") {
      if (!readable.versions.has(id) && connection.holdsId(code, id)) subscriptions.revoke(connection, code, id);
    } else if (!readable.containers.has(id) && connection.holdsContainer(code, [id]))
      subscriptions.revokeContainer(connection, code, id);
  }
}

const nothing: Promise<Tell> = Promise.resolve(() => undefined);
const stirredKey = ({ kind, code, id }: Held): string => `${kind}:${entityKey(code, id)}`;
