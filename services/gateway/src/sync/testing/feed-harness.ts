import { setImmediate } from "node:timers/promises";

import type { FeedMessage, LogChange, LogRow } from "@heliograph/server-kit";
import { FakeClock } from "@heliograph/shared/testing/fake-clock";
import { settle } from "@heliograph/shared/testing/settle";
import { Feed } from "../feed/feed.ts";
import { silentObserver } from "../sync-observer.ts";

const row = (seq: number): LogRow => ({
  sync_seq: seq,
  entity_code: "task",
  entity_id: `row-${seq}`,
  action: 2,
  entity_version: seq,
  container_ids: [],
  restricted: false,
  recheck: false,
  created_ms: 0,
});

/** A feed over a log in memory. */
export function createFeedHarness({ bus = true, head = 10 }: { bus?: boolean; head?: number } = {}) {
  const clock = new FakeClock();
  const log = Array.from({ length: head }, (_, at) => row(at + 1));
  const state = {
    epoch: "one",
    head,
    failing: false,
    heads: 0,
    pages: 0,
    minSeq: 0,
    behindSince: null as number | null,
    cannotApply: false,
  };
  const applied: string[] = [];
  const histories: string[] = [];
  const repairs: string[] = [];
  /** Runs while a page is being read. */
  let duringPage: (() => void) | undefined;
  const feed = new Feed({
    async readHead() {
      state.heads += 1;
      await setImmediate();
      if (state.failing) throw new Error("away");
      return { epoch: state.epoch, seq: state.head, minSeq: state.minSeq, behindSince: state.behindSince };
    },
    async readLog(after, limit) {
      state.pages += 1;
      const page = log.filter(({ sync_seq }) => sync_seq > after).slice(0, limit);
      await setImmediate();
      duringPage?.();
      duringPage = undefined;
      if (state.failing) throw new Error("away");
      return page;
    },
    apply: ({ changes }) => {
      if (state.cannotApply) throw new Error("a fault in the fan-out");
      applied.push(...changes.map(({ entityId }) => entityId));
    },
    onReset: (_kind, reason) => void histories.push(reason),
    clock,
    random: () => 1,
    bus,
    pollIntervalMs: 250,
    onHeadRead: () => undefined,
    observer: { ...silentObserver, feedRepaired: (reason) => void repairs.push(reason) },
  });
  const claim = (count: number): void => {
    for (let more = 0; more < count; more += 1) {
      state.head += 1;
      log.push(row(state.head));
    }
  };
  const hint = (prev: number, seq: number, epoch = "one"): FeedMessage => ({
    type: "hint",
    epoch,
    prev,
    seq,
    changes: Array.from({ length: seq - prev }, (_, at) => itemOf(prev + at + 1)),
  });
  const stop = new AbortController();
  const start = async (): Promise<void> => {
    await feed.start();
    if (bus) feed.onConnected();
    void feed.run(stop.signal);
    await settle();
    await settle();
    state.heads = 0;
    state.pages = 0;
    repairs.length = 0;
  };
  return {
    clock,
    log,
    state,
    applied,
    histories,
    repairs,
    feed,
    claim,
    hint,
    start,
    duringPage: (run: () => void) => {
      duringPage = run;
    },
    [Symbol.dispose]: () => stop.abort(),
  };
}

const itemOf = (seq: number): LogChange => ({
  entityCode: "task",
  entityId: `row-${seq}`,
  action: 2,
  version: seq,
  containerIds: [],
  restricted: false,
  recheck: false,
  changedAt: 0,
});
export const names = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, at) => `row-${from + at}`);
