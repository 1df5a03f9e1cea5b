import { coalesce, type LogChange } from "@heliograph/server-kit";
import { Batcher } from "../../concurrency/batcher.ts";
import type { SyncObserver } from "../sync-observer.ts";
import { logPageSize, maxCatchUpRows } from "./feed.ts";
import type { FeedPosition } from "./feed-position.ts";
import type { LogReader } from "./log-reader.ts";
import { MissedChanges, type ReplayTarget } from "./missed-changes.ts";
import type { ReplayRing } from "./replay-ring.ts";

/** Why missed changes cannot be replayed. */
type ReplayUnavailable = "cursor_too_old" | "other_history";

export interface ReplayReaderPorts {
  readonly ring: ReplayRing;
  readonly log: Pick<LogReader, "readHead" | "readLog">;
  /** Position of the feed. */
  readonly position: () => FeedPosition | undefined;
  readonly observer: SyncObserver;
}

interface ReplayQuery {
  readonly target: ReplayTarget;
  readonly epoch: string;
}

type Answer = LogChange[] | ReplayUnavailable;

/** Most sockets that share one pass over the feed. */
const maxJobs = 1000;

/**
 * Reads the changes that sockets missed, up to the feed's position or later: from the ring, which costs no statement, or
 * else from the log. Queries are grouped, and the two sources apart: a socket that memory can serve must not wait behind a
 * read.
 */
export class ReplayReader {
  readonly #ports: ReplayReaderPorts;
  readonly #fromRing: Batcher<ReplayQuery, Answer | "not in the ring">;
  readonly #fromLog: Batcher<ReplayQuery, Answer>;

  constructor(ports: ReplayReaderPorts) {
    this.#ports = ports;
    this.#fromRing = new Batcher(async (queries) => this.#walkRing(queries), { maxJobs });
    this.#fromLog = new Batcher((queries) => this.#walkLog(queries), { maxJobs });
  }

  /**
   * The socket must be registered for the fan-out before, so that later changes reach it live.
   *
   * @throws when the database does not answer
   */
  async read(target: ReplayTarget, epoch: string): Promise<Answer> {
    const query = { target, epoch };
    const answer = await this.#fromRing.add(query);
    const source = answer === "not in the ring" ? "log" : "ring";
    this.#ports.observer.replayed(source);
    return answer === "not in the ring" ? this.#fromLog.add(query) : answer;
  }

  #walkRing(queries: readonly ReplayQuery[]): (Answer | "not in the ring")[] {
    const { ring } = this.#ports;
    const known = queries.filter(({ target, epoch }) => ring.since({ epoch, seq: target.after }));
    const [first] = known;
    if (!first) return queries.map(() => "not in the ring");
    const missed = new MissedChanges(known.map(({ target }) => target));
    const after = Math.min(...known.map(({ target }) => target.after));
    for (const segment of ring.since({ epoch: first.epoch, seq: after }) ?? []) missed.add(segment);
    const answered = new Set(known);
    return queries.map((query) => (answered.has(query) ? missed.of(query.target) : "not in the ring"));
  }

  async #walkLog(queries: readonly ReplayQuery[]): Promise<Answer[]> {
    const { log, position } = this.#ports;
    const head = await log.readHead();
    const end = position();
    const unavailable = ({ target, epoch }: ReplayQuery): ReplayUnavailable | undefined => {
      if (epoch !== head.epoch || epoch !== end?.epoch) return "other_history";
      // Rows from `after + 1` on are needed.
      return target.after + 1 < head.minSeq || end.seq - target.after > maxCatchUpRows ? "cursor_too_old" : undefined;
    };
    const known = queries.filter((query) => !unavailable(query));
    const missed = new MissedChanges(known.map(({ target }) => target));
    let at = Math.min(...known.map(({ target }) => target.after));
    while (known.length > 0 && end && at < end.seq) {
      const rows = await log.readLog(at, Math.min(logPageSize, end.seq - at));
      const after = at;
      // Retention may drop days from the log while it is being read.
      if (rows.length === 0 || !rows.every(({ sync_seq }, index) => sync_seq === after + 1 + index))
        return queries.map((query) => unavailable(query) ?? "cursor_too_old");
      at += rows.length;
      missed.add({ epoch: head.epoch, after, seq: at, changes: coalesce(rows) });
    }
    return queries.map((query) => unavailable(query) ?? missed.of(query.target));
  }
}
