import type { DownMessage, UpMessage } from "@heliograph/protocol";
import { FakeClock } from "@heliograph/shared/testing/fake-clock";
import { expect, test } from "vitest";
import { createMemoryStore } from "../store/memory-store.ts";
import { testId } from "../testing/ids.ts";
import {
  HeldVersionReconciler,
  reconnectSpreadMs,
  requestGapMs,
  rowsPerRead,
  startDelayMs,
} from "./held-version-reconciler.ts";
import { defaultLimits } from "./subscribe-batch.ts";

const limits = { ...defaultLimits, covered: true };

type Message = Extract<UpMessage, { type: "SUBSCRIBE" }>;

async function setUp(types: Readonly<Record<string, number>>) {
  const clock = new FakeClock();
  const store = createMemoryStore();
  for (const [entityCode, count] of Object.entries(types))
    await store.putServer(
      Array.from({ length: count }, (_, n) => ({ entityCode, entityId: testId(n + 1), ver: n + 1, data: { n } })),
    );
  const sent: Message[] = [];
  const gone: string[] = [];
  const changed: string[] = [];
  const setup = {
    leads: true,
    caughtUp: true,
    busy: false,
    watched: new Set<string>(),
    covered: new Set<string>(),
    reads: 0,
    answers: false,
    gate: Promise.resolve(),
  };
  const held = new HeldVersionReconciler({
    send: (message) => {
      if (message.type === "SUBSCRIBE") sent.push(message);
      if (setup.answers) queueMicrotask(() => answer());
      return true;
    },
    store: {
      readByUse: async (...given) => {
        setup.reads += 1;
        await setup.gate;
        return (await store.readByUse?.(...given)) ?? [];
      },
    },
    leads: () => setup.leads,
    isCaughtUp: () => setup.caughtUp,
    isBusy: () => setup.busy,
    isWatched: (entityCode, id) => setup.watched.has(`${entityCode}:${id}`),
    readCovered: async () => new Map([...setup.covered].map((id) => [id, true])),
    onChanged: (entityCode, changes, seen) =>
      changed.push(
        ...changes.map(
          ({ entityId, version }) => `${entityCode}:${entityId}@${seen.get(entityId)?.version}-${version}`,
        ),
      ),
    onGone: (entityCode, rows) => gone.push(...rows.map(({ entityId, seen }) => `${entityCode}:${entityId}@${seen}`)),
    clock,
    random: () => 0.5,
    logger: { info: () => {}, warn: () => {} },
  });
  const answer = (lost: readonly string[] = [], message = sent.at(-1)) => {
    const payload = { entityCode: message?.payload.entityCode ?? "", count: 0, changed: [], gone: [...lost] };
    return held.handle({ type: "SUBSCRIBED", id: message?.id ?? "", payload });
  };
  const refuse = (code: "unavailable" | "unknown_entity" | "invalid_message") => {
    const message: DownMessage = { type: "ERROR", id: sent.at(-1)?.id ?? "", payload: { code, message: "no" } };
    return held.handle(message);
  };
  /** From here on every question is answered at once. */
  const answerAll = async () => {
    setup.answers = true;
    await clock.advance(120_000);
    setup.answers = false;
  };
  return { clock, store, sent, gone, changed, setup, held, answer, refuse, answerAll };
}

const asked = (sent: readonly Message[]) =>
  sent.flatMap(({ payload }) => (payload.covered ?? []).map((id) => `${payload.entityCode}:${id}`));

// Fails when only rows that are subscribed or inside a confirmed container are compared.
test("every row of the device is compared once, batch by batch, and gone rows are removed", async () => {
  const { clock, sent, gone, setup, held, answer, answerAll } = await setUp({ invoice: 2 * rowsPerRead + 7, task: 3 });
  held.restart(limits);
  await clock.advance(startDelayMs - 1);
  expect([sent, setup.reads]).toEqual([[], 0]);
  await clock.advance(1);
  expect(sent).toHaveLength(1);
  expect(sent[0]?.payload).toMatchObject({ entityCode: "invoice" });
  expect(sent[0]?.payload.covered).toHaveLength(rowsPerRead);
  expect(sent[0]?.payload.entityIds).toBeUndefined(); // no subscription
  const [first = ""] = sent[0]?.payload.covered ?? [];
  const [version] = sent[0]?.payload.coveredVersions ?? [];
  await clock.advance(requestGapMs); // one question at a time
  expect([sent.length, setup.reads]).toEqual([1, 1]);
  expect(answer([first])).toBe(true);
  expect(gone).toEqual([`invoice:${first}@${version}`]);
  await answerAll();
  expect(asked(sent)).toHaveLength(2 * rowsPerRead + 10);
  expect(new Set(asked(sent)).size).toBe(2 * rowsPerRead + 10);
  expect([setup.reads, clock.timers]).toEqual([3, 0]);
});

test("the pause grows with the time that an answer takes", async () => {
  const { clock, sent, held, answer } = await setUp({ invoice: 1, task: 1 });
  held.restart(limits);
  await clock.advance(startDelayMs);
  await clock.advance(3_000);
  answer();
  await clock.advance(29_999);
  expect(sent).toHaveLength(1);
  await clock.advance(1);
  expect(sent).toHaveLength(2);
});

test("rows that are subscribed, compared through a container or held as gone are left out", async () => {
  const { store, sent, setup, held, answerAll } = await setUp({ invoice: 4 });
  await store.putGone([{ entityCode: "invoice", entityId: testId(1), ver: 0 }]);
  setup.watched.add(`invoice:${testId(2)}`);
  held.restart(limits);
  held.markCompared("invoice", [testId(3)]);
  await answerAll();
  expect(asked(sent)).toEqual([`invoice:${testId(4)}`]);
});

// Fails when every RESUME starts over, or when a lost connection drops what was not answered.
test("an interrupted comparison continues after RESUME, and a finished one is not repeated", async () => {
  const { clock, sent, setup, held, answer, answerAll } = await setUp({ invoice: rowsPerRead + 1 });
  held.restart(limits);
  await clock.advance(startDelayMs);
  answer();
  await clock.advance(requestGapMs);
  expect(sent).toHaveLength(2);
  held.disconnected();
  expect(clock.timers).toBe(0);
  await clock.advance(3_600_000);
  expect(answer()).toBe(false);
  expect(sent).toHaveLength(2);
  held.resumed(limits);
  await clock.advance(startDelayMs);
  expect(sent[2]?.payload).toEqual(sent[1]?.payload);
  answer();
  await answerAll();
  expect([sent.length, setup.reads, clock.timers]).toEqual([3, 2, 0]);
  held.disconnected();
  held.resumed(limits);
  await clock.advance(3_600_000);
  expect([sent.length, setup.reads]).toEqual([3, 2]);
  held.restart(limits);
  await answerAll();
  expect(sent).toHaveLength(5);
});

test("rows that are read while the connection breaks are read again", async () => {
  const { clock, sent, setup, held, answerAll } = await setUp({ invoice: 3 });
  const gate = Promise.withResolvers<void>();
  setup.gate = gate.promise;
  held.restart(limits);
  await clock.advance(startDelayMs);
  held.disconnected();
  held.resumed(limits);
  gate.resolve();
  await clock.advance(requestGapMs);
  expect([setup.reads, sent]).toEqual([1, []]);
  await answerAll();
  expect(asked(sent)).toHaveLength(3);
});

test("later connections start after a random part of 30 s: clients of a lost gateway return together", async () => {
  const { clock, sent, held, answer } = await setUp({ invoice: 1 });
  held.restart(limits);
  await clock.advance(startDelayMs);
  answer();
  held.disconnected();
  held.restart(limits);
  await clock.advance(startDelayMs + reconnectSpreadMs / 2 - 1);
  expect(sent).toHaveLength(1);
  await clock.advance(1);
  expect(sent).toHaveLength(2);
});

test("only the leading tab compares, and an older server receives nothing", async () => {
  const { clock, sent, setup, held, answerAll } = await setUp({ invoice: 1 });
  held.restart(defaultLimits);
  await answerAll();
  setup.leads = false;
  held.restart(limits);
  await answerAll();
  setup.leads = true; // a tab that comes to lead gets a connection of its own
  await clock.advance(3_600_000);
  expect([sent, setup.reads, clock.timers]).toEqual([[], 0, 0]);
});

test("the comparison waits for catch-up and yields to what views wait for, but not forever", async () => {
  const { clock, sent, setup, held } = await setUp({ invoice: 1 });
  setup.caughtUp = false;
  setup.busy = true;
  held.restart(limits);
  await clock.advance(3_600_000);
  expect(setup.reads).toBe(0);
  setup.caughtUp = true;
  await clock.advance(10 * requestGapMs);
  expect(setup.reads).toBe(0);
  await clock.advance(60 * requestGapMs);
  expect(sent.length).toBeGreaterThan(0);
});

test("a lost answer and an unavailable database are retried; rows of an unknown entity type are removed", async () => {
  const { clock, sent, gone, held, refuse } = await setUp({ invoice: 1 });
  held.restart(limits);
  await clock.advance(startDelayMs);
  await clock.advance(10_000);
  expect(sent).toHaveLength(2);
  expect(refuse("unavailable")).toBe(true);
  await clock.advance(60_000);
  expect(sent.length).toBeGreaterThan(2);
  expect(gone).toEqual([]);
  refuse("unknown_entity");
  expect(gone).toEqual([`invoice:${testId(1)}@1`]);
});

test("any other error for one entity type does not stop the comparison of the others", async () => {
  const { clock, sent, gone, held, refuse } = await setUp({ invoice: 1, task: 1 });
  held.restart(limits);
  await clock.advance(startDelayMs);
  refuse("invalid_message");
  await clock.advance(requestGapMs);
  expect(sent.map(({ payload }) => payload.entityCode)).toEqual(["invoice", "task"]);
  expect(gone).toEqual([]);
});

// Fails when every changed row stays: the gateway does not signal a version that the answer has reported, so a row that a
// container has delivered since the connection would keep its old content.
test("rows that changed are read if a subscribed container covers them", async () => {
  const { clock, sent, changed, setup, held } = await setUp({ task: 2 });
  held.restart(limits);
  await clock.advance(startDelayMs);
  setup.covered.add(testId(1));
  const rows = [1, 2, 3].map((n) => ({ entityId: testId(n), version: 9 }));
  held.handle({
    type: "SUBSCRIBED",
    id: sent[0]?.id ?? "",
    payload: { entityCode: "task", count: 0, changed: rows, gone: [] },
  });
  await clock.advance(0);
  expect(changed).toEqual([`task:${testId(1)}@1-9`]);
});
