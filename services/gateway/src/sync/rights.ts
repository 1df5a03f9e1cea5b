import { type HintItem, logAction } from "@heliograph/protocol";
import { Backoff } from "@heliograph/server-kit";
import { changeOf } from "./change.ts";
import { type Clock, pause } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { FrameCache } from "./frame.ts";
import { type Check, CheckList } from "./rights-check.ts";
import type { Readable, RightsReader } from "./rights-reader.ts";
import type { SubscriptionManager } from "./subscription-manager.ts";
import type { User } from "./user.ts";

export type RightsPorts = {
  readonly reader: RightsReader;
  readonly subscriptions: Pick<SubscriptionManager, "revoke" | "revokeContainer" | "reset">;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly onError: (error: unknown) => void;
  readonly countRead: (result: "ok" | "failed") => void;
  /** Signals of one user that may wait for a read; beyond it his sockets are closed and begin afresh. */
  readonly maxWaiting: number;
};

const nothingRead: Readable = { versions: new Map(), containers: new Set() };

/** What one user waits for. */
type Line = {
  waiting: CheckList;
  /** What is being read now. */
  reading: CheckList;
  /** Everything he holds must be read again: his membership changed. */
  everything: boolean;
  readingEverything: boolean;
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
    return line.everything || line.readingEverything || line.waiting.has(code, id) || line.reading.has(code, id);
  }

  /** Whether anything of this user waits for a read: then no position in the feed holds for his sockets. */
  isBusy(user: User): boolean {
    return this.#lines.has(user);
  }

  /** `judged`: told only if a read finds the row; otherwise the signal only keeps its place behind earlier ones. */
  check(user: User, item: HintItem, connection: Connection, judged: boolean): void {
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

  #line(user: User): Line {
    let line = this.#lines.get(user);
    if (!line) {
      line = {
        waiting: new CheckList(),
        reading: new CheckList(),
        everything: false,
        readingEverything: false,
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
    return (line.everything || line.waiting.size > 0) && user.connections.size > 0 && !this.#ports.signal.aborted;
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
      try {
        if (line.readingEverything) await this.#readEverything(user);
        await this.#readChecks(user, line.reading);
        this.#ports.countRead("ok");
        backoff.reset();
      } catch (error) {
        this.#ports.countRead("failed");
        this.#ports.onError(error);
        line.everything ||= line.readingEverything;
        line.waiting.restore(line.reading);
        line.reading = new CheckList();
        await pause(this.#ports.clock, backoff.next(), this.#ports.signal);
        continue;
      }
      const afresh = line.readingEverything;
      line.reading = new CheckList();
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

  async #readChecks(user: User, list: CheckList): Promise<void> {
    const byCode = Map.groupBy(list.values(), ({ item }) => item.c);
    const reads = [...byCode].map(async ([code, checks]) => {
      const judged = checks.filter(({ connections }) => [...connections.values()].includes(true));
      const ids = judged.map(({ item }) => item.e);
      const readable = ids.length > 0 ? await this.#ports.reader.read(user, code, { ids, within: [] }) : nothingRead;
      return { checks, readable };
    });
    // All of them before the first is told: a failure repeats the whole list, and must not tell a part twice.
    for (const { checks, readable } of await Promise.all(reads))
      for (const check of checks) this.#settle(check, readable.versions.get(check.item.e));
  }

  #settle({ item, connections }: Check, version: number | undefined): void {
    for (const [connection, judged] of connections) {
      if (!connection.open) continue;
      const holdsId = connection.holdsId(item.c, item.e);
      if (!holdsId && !connection.holdsContainer(item.c, item.k)) continue;
      if (!judged) connection.deliverUnjudged(changeOf(item), item.r);
      else if (version !== undefined) this.#tell(connection, item, version);
      else this.#withdraw(connection, item, holdsId);
    }
  }

  #tell(connection: Connection, item: HintItem, version: number): void {
    // Also beside a pending id: its subscription may still fail, and the deletion would then be told to nobody.
    if (item.r && !connection.holdings.has({ kind: "id", code: item.c, id: item.e }))
      connection.noteTold(item.c, item.e);
    if (item.a === logAction.delete) {
      connection.deliver(changeOf(item));
      return;
    }
    // The version that was read and not the item's: that one may be of a time when the user could not read the row. The
    // signal of the newer version itself is then no news any more.
    const keepsAction = !item.x && item.a !== logAction.grant && item.a !== logAction.revoke;
    connection.deliver(changeOf(item, keepsAction ? { version } : { version, action: "CREATE" }));
    connection.reads.note(item.c, new Map([[item.e, version]]));
  }

  #withdraw(connection: Connection, item: HintItem, holdsId: boolean): void {
    const wasTold = connection.takeTold(item.c, item.e);
    const isDelete = item.a === logAction.delete;
    // The subscription to a deleted id stays, for the row may be created again under it.
    if (isDelete && (holdsId || wasTold || !item.r)) connection.deliver(changeOf(item));
    // Who holds only the container is told of a loss only if he may have seen the row, or the GONE would disclose it: a
    // change that asks for a recheck may have made it private. A grant takes nothing from anybody, and a revocation
    // concerns one person, who was told of the row or holds its id.
    else if (holdsId || wasTold || (item.x && (isDelete || item.a === logAction.update)))
      this.#ports.subscriptions.revoke(connection, item.c, item.e);
  }

  /** After a change of membership: what he holds and may not read any more is gone. Pending subscriptions count too. */
  async #readEverything(user: User): Promise<void> {
    const held = new Map<string, { ids: Set<string>; within: Set<string> }>();
    const note = (code: string, ids: Iterable<string>, within: Iterable<string>): void => {
      let ofCode = held.get(code);
      if (!ofCode) {
        ofCode = { ids: new Set(), within: new Set() };
        held.set(code, ofCode);
      }
      for (const id of ids) ofCode.ids.add(id);
      for (const id of within) ofCode.within.add(id);
    };
    for (const { holdings, pending } of user.connections) {
      for (const { kind, code, id } of holdings.list())
        note(code, kind === "id" ? [id] : [], kind === "within" ? [id] : []);
      for (const { kind, code, id } of pending?.holdings.list() ?? [])
        note(code, kind === "id" ? [id] : [], kind === "within" ? [id] : []);
    }
    const reads = [...held].map(async ([code, { ids, within }]) => ({
      code,
      ids,
      within,
      readable: await this.#ports.reader.read(user, code, { ids: [...ids], within: [...within] }),
    }));
    for (const { code, ids, within, readable } of await Promise.all(reads))
      this.#withdrawLost(user, code, ids, within, readable);
  }

  #withdrawLost(
    user: User,
    code: string,
    ids: ReadonlySet<string>,
    within: ReadonlySet<string>,
    readable: Readable,
  ): void {
    for (const connection of user.connections) {
      for (const id of ids)
        if (!readable.versions.has(id) && connection.holdsId(code, id))
          this.#ports.subscriptions.revoke(connection, code, id);
      for (const id of within)
        if (!readable.containers.has(id) && connection.holdsContainer(code, [id]))
          this.#ports.subscriptions.revokeContainer(connection, code, id);
    }
  }
}
