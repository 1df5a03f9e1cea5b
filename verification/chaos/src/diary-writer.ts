import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { SeededRandom } from "@heliograph/shared/seeded-random";
import type pg from "pg";
import type { ChaosClient } from "./chaos-client.ts";

/** A page that dies takes the promises of its writes with it; whether those writes were kept nobody knows. */
const KEPT_MS = 2_000;

/**
 * Writes as a person at a device does: into the queue of the device, whatever state its connection is in. Nobody else writes
 * the title of this row, so that in the end it must be the last entry that was kept, or a later one.
 */
export class DiaryWriter {
  readonly #client: ChaosClient;
  readonly #pauseMs: number;
  #id = randomUUID();
  #entries: string[] = [];
  /** Place of the last entry that the device has kept, by its own word; -1: none. */
  #kept = -1;

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
   * Gives up what the server refused, with all that waits behind it: a person would have to decide, and until then the device
   * shows what the database does not have.
   *
   * @returns what was refused, in words
   */
  async giveUp(): Promise<string[]> {
    const { name, sdk } = this.#client;
    const refused = sdk.outbox.attention().items;
    for (const { key } of refused) await sdk.outbox.discard(key);
    if (refused.length > 0) this.#begin();
    return refused.map(({ op, reason }) => `${name} was refused ${op}: ${reason.message}`);
  }

  /**
   * What became of the entries, once the queue is empty.
   *
   * @param rewound the database has lost acknowledged writes, these perhaps too
   */
  async judge(sql: pg.Pool, rewound: boolean): Promise<string[]> {
    const faults = rewound ? [] : await this.#compare(sql);
    if (rewound || faults.length > 0) this.#begin();
    return faults;
  }

  async #compare(sql: pg.Pool): Promise<string[]> {
    if (this.#kept < 0) return [];
    const { name } = this.#client;
    const { rows } = await sql.query<{ title: string; created: number }>(
      `select title, (select count(*)::int from app.logging where entity_code = 'task' and entity_id = t.id and action = 1) as created
         from app.task t where id = $1`,
      [this.#id],
    );
    const [row] = rows;
    const faults: string[] = [];
    if (row === undefined)
      faults.push(`${name} kept ${this.#kept + 1} entries of ${this.#id}, and the database has no such row`);
    else if (this.#entries.indexOf(row.title) < this.#kept)
      faults.push(`${name} kept "${this.#entries[this.#kept]}" of ${this.#id}, and the database has "${row.title}"`);
    if ((row?.created ?? 0) > 1) faults.push(`${name} created ${this.#id} ${row?.created} times`);
    return faults;
  }

  #begin(): void {
    this.#id = randomUUID();
    this.#entries = [];
    this.#kept = -1;
  }

  async #write(random: SeededRandom): Promise<void> {
    const { tenant, sdk } = this.#client;
    const place = this.#entries.length;
    const title = `Diary ${place} of ${this.#client.name}`;
    this.#entries.push(title);
    const { mutations } = sdk;
    const writing =
      place === 0
        ? mutations.create("task", { id: this.#id, title, project_id: random.pick(tenant.projects) })
        : mutations.update("task", this.#id, { title });
    const kept = await Promise.race([writing.then(() => true).catch(() => false), wait(KEPT_MS, false)]);
    if (kept) this.#kept = Math.max(this.#kept, place);
    // Nobody knows whether there is such a row: what it has to be cannot be said of it any more.
    else if (place === 0) this.#begin();
  }
}
