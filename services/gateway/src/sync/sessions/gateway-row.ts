import { randomUUID } from "node:crypto";
import type { DatabasePool, Logger } from "@heliograph/server-kit";
import type { Clock } from "@heliograph/shared/clock";
import { sleep } from "@heliograph/shared/sleep";

/** Well below the 15 s after which a silent pod is given up. */
const heartbeatMs = 1000;

/**
 * Longest wait for its answer. Coming once a second, the heartbeat is what notices a link that was cut without a word, and
 * has the other idle connections over it dropped before somebody waits for them.
 */
const answerWithinMs = 2000;

export type GatewayRowPorts = {
  readonly pool: DatabasePool;
  readonly address: string;
  /** How long sessions may be resumed after this pod has gone. */
  readonly graceMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The pod was given up while it was frozen or cut off: its sessions may belong to others by now. */
  readonly onGivenUp: () => void;
};

/** This pod in app.gateway. The id is random per process, and new again after the pod was given up. */
export class GatewayRow {
  readonly #ports: GatewayRowPorts;
  #id = randomUUID() as string;

  constructor(ports: GatewayRowPorts) {
    this.#ports = ports;
  }

  get id(): string {
    return this.#id;
  }

  register(): Promise<void> {
    return this.#insert(this.#id);
  }

  async #insert(id: string): Promise<void> {
    const { pool, address } = this.#ports;
    await pool.query(
      `insert into ${pool.names.schema}.gateway (id, address) values ($1, $2) on conflict (id) do nothing`,
      [id, address],
    );
  }

  /** Beats until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#ports;
    while (!signal.aborted) {
      await sleep(heartbeatMs, signal, clock);
      if (signal.aborted) return;
      try {
        await this.beat();
      } catch (error) {
        logger.warn({ cause: error instanceof Error ? error.message : String(error) }, "heartbeat failed");
      }
    }
  }

  async beat(): Promise<void> {
    const { pool, logger, onGivenUp } = this.#ports;
    const statement = {
      name: "gateway-heartbeat",
      text: `update ${pool.names.schema}.gateway set heartbeat_ts = clock_timestamp() where id = $1`,
      values: [this.#id],
      query_timeout: answerWithinMs,
    };
    const { rowCount } = await pool.query(statement);
    if (rowCount !== 0) return;
    logger.warn("this gateway was given up; its sockets begin afresh");
    const id = randomUUID() as string;
    // The row first: sessions of a gateway without one count as those of a dead gateway, and would be deleted under
    // sockets that live.
    await this.#insert(id);
    this.#id = id;
    onGivenUp();
  }

  /** The sessions stay, for other pods to resume: all of them expire from now on. */
  async remove(): Promise<void> {
    const { pool, graceMs } = this.#ports;
    await pool.query(
      /*sql*/ `
      with pod as (delete from ${pool.names.schema}.gateway where id = $1)
      update ${pool.names.schema}.rxdb_session
         set disconnected_ts = clock_timestamp(), expires_ts = clock_timestamp() + $2::float8 * interval '1 ms'
       where gateway_id = $1 and expires_ts is null`,
      [this.#id, graceMs],
    );
  }
}
