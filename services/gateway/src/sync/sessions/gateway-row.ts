import { randomUUID } from "node:crypto";
import type { DatabasePool, Logger } from "@heliograph/server-kit";
import type { Clock } from "@heliograph/shared/clock";
import { sleep } from "@heliograph/shared/sleep";

/** Well below the 15 s after which a silent gateway is declared dead. */
const heartbeatMs = 1000;

/**
 * Longest wait for an answer to the heartbeat. Sent every second, the heartbeat is what notices a link that was cut
 * silently; its pool then drops the other idle connections before a statement waits on them.
 */
const answerWithinMs = 2000;

export interface GatewayRowPorts {
  readonly pool: DatabasePool;
  readonly address: string;
  /** How long sessions may be resumed after this gateway has gone. */
  readonly graceMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The gateway was declared dead while it was frozen or cut off: its sessions may belong to other gateways by now. */
  readonly onDeclaredDead: () => void;
}

/** This gateway's row in app.gateway. Its id is random per process, and replaced after the gateway was declared dead. */
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

  /** Sends heartbeats until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#ports;
    while (!signal.aborted) {
      await sleep(heartbeatMs, signal, clock);
      if (signal.aborted) return;
      try {
        await this.beat();
      } catch (error) {
        const cause = error instanceof Error ? error.message : String(error);
        logger.warn({ cause }, "gateway heartbeat failed; retrying in 1 s");
      }
    }
  }

  async beat(): Promise<void> {
    const { pool, logger, onDeclaredDead } = this.#ports;
    const statement = {
      name: "gateway-heartbeat",
      text: `update ${pool.names.schema}.gateway set heartbeat_ts = clock_timestamp() where id = $1`,
      values: [this.#id],
      query_timeout: answerWithinMs,
    };
    const { rowCount } = await pool.query(statement);
    if (rowCount !== 0) return;
    logger.warn("gateway was declared dead; registering again and closing its sockets");
    const id = randomUUID() as string;
    // The row first: sessions of a gateway without a row count as those of a dead gateway, and would be deleted under live
    // sockets.
    await this.#insert(id);
    this.#id = id;
    onDeclaredDead();
  }

  /** Removes the row. The sessions stay for other gateways to resume and expire after the grace. */
  async remove(): Promise<void> {
    const { pool, graceMs } = this.#ports;
    await pool.query(
      /*sql*/ `
      with removed as (delete from ${pool.names.schema}.gateway where id = $1)
      update ${pool.names.schema}.rxdb_session
         set disconnected_ts = clock_timestamp(), expires_ts = clock_timestamp() + $2::float8 * interval '1 ms'
       where gateway_id = $1 and expires_ts is null`,
      [this.#id, graceMs],
    );
  }
}
