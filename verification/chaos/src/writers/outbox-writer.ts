import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { SeededRandom } from "@heliograph/shared/seeded-random";
import type pg from "pg";
import type { ChaosClient } from "../clients/chaos-client.ts";

/** How long to wait for a write to be stored locally: a page that was terminated never settles its promises. */
const STORED_MS = 2_000;

/**
 * Writes one row through the outbox of a client, whether it is connected or not, and keeps the history of these writes. It is
 * the only writer of the title, so the title must end as the last write that the outbox stored, or a later one.
 */
export class OutboxWriter {
  readonly #client: ChaosClient;
  readonly #pauseMs: number;
  #id = randomUUID();
  /** Every title written so far, in order. */
  #history: string[] = [];
  /** Index of the last write that the outbox acknowledged; -1: none. */
  #stored = -1;

  constructor(client: ChaosClient, pauseMs: number) {
    this.#client = client;
    this.#pauseMs = pauseMs;
  }

  async run(signal: AbortSignal, random: SeededRandom): Promise<void> {
    while (!signal.aborted) {
      await wait(random.int(0, this.#pauseMs), undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) await this.#write(random);
    }
  }

  /**
   * Discards the writes that the server refused and those queued behind them. A user would have to decide about them, and
   * until then the client shows what the database does not have.
   *
   * @returns a sentence for each refused write
   */
  async discardRefused(): Promise<string[]> {
    const { name, sdk } = this.#client;
    const refused = sdk.outbox.attention().items;
    for (const { key } of refused) await sdk.outbox.discard(key);
    if (refused.length > 0) this.#reset();
    return refused.map(({ op, reason }) => `${name}: ${op} was refused: ${reason.message}`);
  }

  /**
   * Compares the history with the database. Call it when the outbox is empty.
   *
   * @param writesLost the database lost acknowledged writes, perhaps some of these
   * @returns a sentence for each violation
   */
  async verify(sql: pg.Pool, writesLost: boolean): Promise<string[]> {
    const violations = writesLost ? [] : await this.#compare(sql);
    if (writesLost || violations.length > 0) this.#reset();
    return violations;
  }

  async #compare(sql: pg.Pool): Promise<string[]> {
    if (this.#stored < 0) return [];
    const { name } = this.#client;
    const { rows } = await sql.query<{ title: string; created: number }>(
      `select title, (select count(*)::int from app.logging where entity_code = 'task' and entity_id = t.id::text and action = 1) as created
         from app.task t where id = $1`,
      [this.#id],
    );
    const [row] = rows;
    const violations: string[] = [];
    if (row === undefined)
      violations.push(`${name} stored ${this.#stored + 1} writes of ${this.#id}, but the database has no such row`);
    else if (this.#history.indexOf(row.title) < this.#stored)
      violations.push(
        `${name} stored "${this.#history[this.#stored]}" of ${this.#id}, but the database has "${row.title}"`,
      );
    if ((row?.created ?? 0) > 1) violations.push(`${name} created ${this.#id} ${row?.created} times`);
    return violations;
  }

  /** Starts a new history on a new row. */
  #reset(): void {
    this.#id = randomUUID();
    this.#history = [];
    this.#stored = -1;
  }

  async #write(random: SeededRandom): Promise<void> {
    const { tenant, sdk } = this.#client;
    const index = this.#history.length;
    const title = `Write ${index} of ${this.#client.name}`;
    this.#history.push(title);
    const { mutations } = sdk;
    const writing =
      index === 0
        ? mutations.create("task", { id: this.#id, title, project_id: random.pick(tenant.projects) })
        : mutations.update("task", this.#id, { title });
    const stored = await Promise.race([writing.then(() => true).catch(() => false), wait(STORED_MS, false)]);
    if (stored) this.#stored = Math.max(this.#stored, index);
    // It is unknown whether the create was stored, so nothing can be expected of this row.
    else if (index === 0) this.#reset();
  }
}
