import { encodeFeedMessage, type FeedMessage } from "@heliograph/server-kit";
import { createLogDatabase } from "@heliograph/watcher/claim/log-database";
import { LogWatcher } from "@heliograph/watcher/claim/log-watcher";
import { PollPause } from "@heliograph/watcher/claim/poll-pause";
import type { WatcherMetrics } from "@heliograph/watcher/metrics";
import { createSimPool } from "../database/pool.ts";
import { Host } from "../engine/host.ts";
import { noOp } from "../engine/no-op.ts";
import { uuid } from "../engine/simulated-globals.ts";
import type { Infrastructure } from "./infrastructure.ts";

/** Coarser than in production, so that a simulated minute takes few steps. */
const settings = { POLL_BUSY_MS: 60, POLL_INTERVAL_MS: 300, CLAIM_BATCH: 5 };
const leaseTtlMs = 3000;

const metrics = noOp<WatcherMetrics>();

/** A watcher process: the real loop on simulated ports. */
export class WatcherNode {
  readonly name: string;
  readonly #infrastructure: Infrastructure;
  #host: Host;
  #stop = new AbortController();

  constructor(name: string, infrastructure: Infrastructure) {
    this.name = name;
    this.#infrastructure = infrastructure;
    this.#host = new Host(name);
  }

  get host(): Host {
    return this.#host;
  }

  start(): void {
    const { scheduler, bus, database, databaseHost, network, onGap, logger } = this.#infrastructure;
    const host = new Host(this.name);
    this.#host = host;
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    scheduler.within(host, () => {
      const pool = createSimPool({ host, database, databaseHost, network, scheduler, onGap, timeoutMs: 6000 });
      const pollPause = new PollPause();
      bus.onPoke(host, () => pollPause.poke());
      const watcher = new LogWatcher({
        database: createLogDatabase({ pool, watcherId: uuid(), leaseTtlMs }),
        bus: {
          publish: (message: FeedMessage) => bus.publish(host, encodeFeedMessage(message)),
          close: async () => undefined,
        },
        pollPause,
        settings,
        metrics,
        logger,
      });
      void watcher.run(signal);
    });
  }

  /** SIGTERM: releases the lease and exits. */
  stop(): void {
    this.#infrastructure.scheduler.within(this.#host, () => this.#stop.abort());
  }

  kill(): void {
    this.#host.alive = false;
    this.#infrastructure.bus.forget(this.#host);
  }
}
