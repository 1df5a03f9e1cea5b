import { coalesce, type LogChange } from "@heliograph/server-kit";
import { Batcher } from "../../concurrency/batcher.ts";
import type { Position } from "../delivery/sync-cursor.ts";
import { farBehind, type Head, pageSize } from "./feed.ts";
import type { LogReader } from "./log-reader.ts";
import { type Absent, Missed } from "./missed-changes.ts";
import type { Ring } from "./replay-ring.ts";

/** Why what was missed cannot be told. */
export type Untold = "cursor_too_old" | "other_history";

export type ReplayReaderPorts = {
  readonly ring: Ring;
  readonly readHead: () => Promise<Head>;
  readonly readLog: LogReader["readLog"];
  /** The feed's place. */
  readonly position: () => Position | undefined;
  readonly countReplay: (source: "ring" | "log") => void;
};

type Question = { readonly absent: Absent; readonly epoch: string };
type Answer = LogChange[] | Untold;

/** Most sockets that share one walk along the feed. */
const maxJobs = 1000;

/**
 * What sockets missed while they were away, up to the feed's place or later: from the ring, which costs no statement, or
 * else from the log. Grouped, and the two apart: whom memory can serve must not wait behind a read.
 */
export class ReplayReader {
  readonly #ports: ReplayReaderPorts;
  readonly #fromRing: Batcher<Question, Answer | "not in the ring">;
  readonly #fromLog: Batcher<Question, Answer>;

  constructor(ports: ReplayReaderPorts) {
    this.#ports = ports;
    this.#fromRing = new Batcher(async (questions) => this.#walkRing(questions), { maxJobs });
    this.#fromLog = new Batcher((questions) => this.#walkLog(questions), { maxJobs });
  }

  /** The socket must be registered before: what comes later reaches it live. @throws when the database does not answer */
  async read(absent: Absent, epoch: string): Promise<Answer> {
    const question = { absent, epoch };
    const answer = await this.#fromRing.add(question);
    const source = answer === "not in the ring" ? "log" : "ring";
    this.#ports.countReplay(source);
    return answer === "not in the ring" ? this.#fromLog.add(question) : answer;
  }

  #walkRing(questions: readonly Question[]): (Answer | "not in the ring")[] {
    const { ring } = this.#ports;
    const known = questions.filter(({ absent, epoch }) => ring.since({ epoch, seq: absent.after }));
    const [first] = known;
    if (!first) return questions.map(() => "not in the ring");
    const missed = new Missed(known.map(({ absent }) => absent));
    const after = Math.min(...known.map(({ absent }) => absent.after));
    for (const stretch of ring.since({ epoch: first.epoch, seq: after }) ?? []) missed.add(stretch);
    const answered = new Set(known);
    return questions.map((question) => (answered.has(question) ? missed.of(question.absent) : "not in the ring"));
  }

  async #walkLog(questions: readonly Question[]): Promise<Answer[]> {
    const { readHead, readLog, position } = this.#ports;
    const head = await readHead();
    const end = position();
    const refusal = ({ absent, epoch }: Question): Untold | undefined => {
      if (epoch !== head.epoch || epoch !== end?.epoch) return "other_history";
      // Rows from `after + 1` on are needed.
      return absent.after + 1 < head.minSeq || end.seq - absent.after > farBehind ? "cursor_too_old" : undefined;
    };
    const known = questions.filter((question) => !refusal(question));
    const missed = new Missed(known.map(({ absent }) => absent));
    let at = Math.min(...known.map(({ absent }) => absent.after));
    while (known.length > 0 && end && at < end.seq) {
      const rows = await readLog(at, Math.min(pageSize, end.seq - at));
      const after = at;
      // Days may be dropped from the log while it is being read.
      if (rows.length === 0 || !rows.every(({ sync_seq }, index) => sync_seq === after + 1 + index))
        return questions.map((question) => refusal(question) ?? "cursor_too_old");
      at += rows.length;
      missed.add({ epoch: head.epoch, after, seq: at, changes: coalesce(rows) });
    }
    return questions.map((question) => refusal(question) ?? missed.of(question.absent));
  }
}
