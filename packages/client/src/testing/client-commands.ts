import { entityKey } from "@heliograph/shared/entity-key";
import * as fc from "fast-check";
import { expect } from "vitest";
import type { EntityStore } from "../store/entity-store.ts";
import { createMemoryStore } from "../store/memory-store.ts";
import type { FetchCall } from "./fake-server.ts";
import { testId } from "./ids.ts";
import { createTestClient, organization, type TestClient } from "./test-client.ts";

/** Number of rows that the commands use. */
const rowCount = 4;

/** The expected state of the client. */
export interface Model {
  readonly watched: Set<number>;
  running: boolean;
  online: boolean;
}

/** The client under test and its environment. */
export type Real = TestClient & {
  readonly store: EntityStore;
  readonly releases: Map<number, () => void>;
  /** Delivers responses whose content is decided but that are not delivered yet. */
  readonly late: (() => void)[];
};

type Command = fc.AsyncCommand<Model, Real>;
interface Step {
  readonly name: string;
  readonly may?: (model: Readonly<Model>) => boolean;
  readonly run: (real: Real, model: Model) => void | Promise<void>;
}

/** Checked after every command. */
async function checkInvariants(real: Real): Promise<void> {
  await real.clock.advance(0);
  const open = real.server.sockets.filter((socket) => socket.open);
  expect(open.length, "more than one open socket").toBeLessThanOrEqual(1);
  const { state, pendingFetches } = real.client.status();
  if (state === "connected") expect(open, "connected without a socket").toHaveLength(1);
  expect(pendingFetches).toBeGreaterThanOrEqual(0);
  for (const { target } of real.client.subscriptions()) expect(target.entityCode).toBe("task");
}

function command({ name, may, run }: Step): Command {
  return {
    check: (model) => may?.(model) ?? true,
    async run(model, real) {
      await run(real, model);
      await checkInvariants(real);
    },
    toString: () => name,
  };
}

const isRunning = ({ running }: Readonly<Model>): boolean => running;
const firstCall = ({ server }: Real): FetchCall | undefined => server.calls[0];

const plain: readonly Step[] = [
  { name: "the server reads the client's messages", run: ({ server }) => server.flushUp() },
  { name: "one message arrives", run: ({ server }) => server.flushDown(1) },
  { name: "messages arrive", run: ({ server }) => server.flushDown() },
  { name: "an INVALIDATE is overtaken", run: ({ server }) => server.flushDown(1, 1) },
  { name: "the API answers", run: (real) => firstCall(real)?.answer() },
  { name: "the API is unavailable", run: (real) => firstCall(real)?.fail(503) },
  { name: "a request is lost", run: (real) => firstCall(real)?.fail() },
  {
    name: "the API reads",
    run: (real) => {
      const call = firstCall(real);
      if (call) real.late.push(call.read());
    },
  },
  { name: "a late answer arrives", run: ({ late }) => late.shift()?.() },
  { name: "the connection breaks", run: ({ server }) => server.drop() },
  { name: "the gateway restarts", run: ({ server }) => server.drop(1012) },
  { name: "the client is too slow", run: ({ server }) => server.drop(4008) },
  { name: "another socket resumes the session", run: ({ server }) => server.drop(4409) },
  { name: "BOOKMARK", run: ({ server }) => server.bookmark() },
  {
    name: "DELAYED",
    run: ({ server }) => server.send({ type: "DELAYED", payload: { since: "2026-01-01T00:00:00Z" } }),
  },
  { name: "GOAWAY", run: ({ server }) => server.send({ type: "GOAWAY", payload: { afterMs: 50 } }) },
  {
    name: "ERROR",
    run: ({ server }) => server.send({ type: "ERROR", payload: { code: "unavailable", message: "no" } }),
  },
  { name: "the log epoch changes", run: ({ server }) => server.loseHistory() },
  { name: "the grace period ends", run: ({ server }) => server.forgetLostSessions() },
  {
    name: "the server starts or stops answering RESUME",
    run: ({ server }) => {
      server.answersResume = !server.answersResume;
    },
  },
  { name: "the page becomes visible", may: isRunning, run: ({ device }) => device.emit("visible") },
  { name: "the user leaves the page", may: isRunning, run: ({ device }) => device.emit("leave") },
  {
    name: "offline",
    may: ({ running, online }) => running && online,
    run: ({ device }, model) => {
      model.online = false;
      device.online = false;
      device.emit("offline");
    },
  },
  {
    name: "online",
    may: ({ running, online }) => running && !online,
    run: ({ device }, model) => {
      model.online = true;
      device.online = true;
      device.emit("online");
    },
  },
  { name: "the token may have changed", may: isRunning, run: ({ client }) => client.tokenChanged() },
  {
    name: "stop",
    may: isRunning,
    run: ({ client }, model) => {
      model.running = false;
      client.stop();
    },
  },
  {
    name: "start",
    may: ({ running }) => !running,
    run: ({ client }, model) => {
      model.running = true;
      client.start();
    },
  },
];

const row = fc.integer({ min: 0, max: rowCount - 1 });

function ofRow(name: string, run: (real: Real, number: number, model: Model) => void): fc.Arbitrary<Command> {
  return row.map((number) => command({ name: `${name} ${number}`, run: (real, model) => run(real, number, model) }));
}

/** Every kind of command, equally frequent except that writes and waits are more frequent. */
export const commands: readonly fc.Arbitrary<Command>[] = [
  ...plain.map((step) => fc.constant(command(step))),
  ofRow("write", ({ server }, number) => void server.write("task", testId(number), {}, [organization])),
  ofRow("write again", ({ server }, number) => void server.write("task", testId(number), {}, [organization])),
  ofRow("remove", ({ server }, number) => server.remove("task", testId(number))),
  ofRow("revoke", ({ server }, number) => server.revoke("task", testId(number))),
  ofRow("watch", (real, number, model) => {
    if (model.watched.has(number)) return;
    model.watched.add(number);
    real.releases.set(
      number,
      real.client.entity("task", testId(number)).subscribe(() => {}),
    );
  }),
  ofRow("unwatch", (real, number, model) => {
    if (!model.watched.delete(number)) return;
    real.releases.get(number)?.();
    real.releases.delete(number);
  }),
  fc
    .constantFrom(1, 25, 60, 1_000, 6_000, 31_000)
    .map((ms) => command({ name: `wait ${ms}`, run: ({ clock }) => clock.advance(ms) })),
  fc.constantFrom(-600_000, 600_000).map((ms) =>
    command({
      name: `clock is set by ${ms}`,
      run: ({ clock }) => {
        clock.skewMs += ms;
      },
    }),
  ),
];

/** A client that observes all rows. No message or response is delivered until a command delivers it. */
export function setUp(): { model: Model; real: Real } {
  const store = createMemoryStore();
  const highest = new Map<string, number>();
  store.onChange((rows) => {
    for (const { id, ver } of rows) {
      expect(ver, `${id} went back to an older version`).toBeGreaterThanOrEqual(highest.get(id) ?? 0);
      highest.set(id, ver);
    }
  });
  const test = createTestClient({ store });
  const releases = new Map<number, () => void>();
  for (let number = 0; number < rowCount; number += 1) {
    test.server.write("task", testId(number), {}, [organization]);
    releases.set(
      number,
      test.client.entity("task", testId(number)).subscribe(() => {}),
    );
  }
  test.server.autoAnswer = false;
  test.server.autoFlush = false;
  test.client.start();
  const model: Model = { watched: new Set(releases.keys()), running: true, online: true };
  return { model, real: { ...test, store, releases, late: [] } };
}

/**
 * Ends all faults. Then the client must have the server's version of each observed row, and `stop` must leave no timer.
 */
export async function settleAndCompare({ model, real }: { model: Model; real: Real }): Promise<void> {
  const { client, server, clock, device, late, store } = real;
  for (const deliver of late.splice(0)) deliver();
  server.answersResume = true;
  server.autoAnswer = true;
  server.autoFlush = true;
  device.online = true;
  if (!model.running) client.start();
  device.emit("online");
  device.emit("visible");
  for (const call of [...server.calls]) call.answer();
  server.flushUp();
  server.flushDown();
  await clock.advance(60_000);
  // Ends a DELAYED state.
  server.bookmark();
  await clock.advance(120_000);
  for (const number of model.watched) {
    const key = entityKey("task", testId(number));
    const held = (await store.read([key])).get(key);
    const truth = server.rows.get(key);
    if (truth) expect(held, key).toMatchObject({ gone: false, ver: truth.$version });
    else expect(held?.gone ?? true, key).toBe(true);
  }
  expect(client.status()).toMatchObject({ state: "connected", pendingFetches: 0 });
  client.stop();
  expect(clock.timers, "timers after stop").toBe(0);
}
