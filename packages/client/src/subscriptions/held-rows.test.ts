import type { DownMessage, UpMessage } from "@heliograph/protocol";
import { FakeClock } from "@heliograph/shared/testing/fake-clock";
import { expect, test } from "vitest";
import { createMemoryStore } from "../store/memory-store.ts";
import { testId } from "../testing/ids.ts";
import { firstPauseMs, gapMs, HeldRows, rowsPerSlice, spreadMs } from "./held-rows.ts";
import { defaultLimits } from "./subscribe-batch.ts";

const limits = { ...defaultLimits, covered: true };

type Message = Extract<UpMessage, { type: "SUBSCRIBE" }>;

async function setUp(types: Readonly<Record<string, number>>) {
  const clock = new FakeClock();
  const store = createMemoryStore();
  for (const [entityCode, count] of Object.entries(types))
    await store.putServer(
      Array.from({ length: count }, (_, n) => ({ entityCode, id: testId(n + 1), ver: n + 1, data: { n } })),
    );
  const sent: Message[] = [];
  const gone: string[] = [];
  const scene = {
    leads: true,
    caughtUp: true,
    busy: false,
    watched: new Set<string>(),
    reads: 0,
    answers: false,
    gate: Promise.resolve(),
  };
  const held = new HeldRows({
    send: (message) => {
      if (message.type === "SUBSCRIBE") sent.push(message);
      if (scene.answers) queueMicrotask(() => answer());
      return true;
    },
    store: {
      readByUse: async (...given) => {
        scene.reads += 1;
        await scene.gate;
        return (await store.readByUse?.(...given)) ?? [];
      },
    },
    leads: () => scene.leads,
    isCaughtUp: () => scene.caughtUp,
    isBusy: () => scene.busy,
    isWatched: (entityCode, id) => scene.watched.has(`${entityCode}:${id}`),
    onGone: (entityCode, rows) => gone.push(...rows.map(({ id, seen }) => `${entityCode}:${id}@${seen}`)),
    clock,
    random: () => 0.5,
    logger: { info: () => {}, warn: () => {} },
  });
  const answer = (lost: readonly string[] = [], message = sent.at(-1)) => {
    const payload = { entityCode: message?.payload.entityCode ?? "", count: 0, changed: [], gone: [...lost] };
    return held.takes({ type: "SUBSCRIBED", id: message?.id ?? "", payload });
  };
  const refuse = (code: "unavailable" | "unknown_entity" | "invalid_message") => {
    const message: DownMessage = { type: "ERROR", id: sent.at(-1)?.id ?? "", payload: { code, message: "no" } };
    return held.takes(message);
  };
  /** From here on every question is answered at once. */
  const answerAll = async () => {
    scene.answers = true;
    await clock.advance(120_000);
    scene.answers = false;
  };
  return { clock, store, sent, gone, scene, held, answer, refuse, answerAll };
}

const asked = (sent: readonly Message[]) =>
  sent.flatMap(({ payload }) => (payload.covered ?? []).map((id) => `${payload.entityCode}:${id}`));

// Fails when only rows that are subscribed or inside a confirmed container are compared.
test("every row of the device is asked about once, slice after slice, and what is gone is removed", async () => {
  const { clock, sent, gone, scene, held, answer, answerAll } = await setUp({ invoice: 2 * rowsPerSlice + 7, task: 3 });
  held.afresh(limits);
  await clock.advance(firstPauseMs - 1);
  expect([sent, scene.reads]).toEqual([[], 0]);
  await clock.advance(1);
  expect(sent).toHaveLength(1);
  expect(sent[0]?.payload).toMatchObject({ entityCode: "invoice" });
  expect(sent[0]?.payload.covered).toHaveLength(rowsPerSlice);
  expect(sent[0]?.payload.entityIds).toBeUndefined(); // no subscription
  const [first = ""] = sent[0]?.payload.covered ?? [];
  const [version] = sent[0]?.payload.coveredVersions ?? [];
  await clock.advance(gapMs); // one question at a time
  expect([sent.length, scene.reads]).toEqual([1, 1]);
  expect(answer([first])).toBe(true);
  expect(gone).toEqual([`invoice:${first}@${version}`]);
  await answerAll();
  expect(asked(sent)).toHaveLength(2 * rowsPerSlice + 10);
  expect(new Set(asked(sent)).size).toBe(2 * rowsPerSlice + 10);
  expect([scene.reads, clock.timers]).toEqual([3, 0]);
});

test("a slow answer is followed by a longer pause", async () => {
  const { clock, sent, held, answer } = await setUp({ invoice: 1, task: 1 });
  held.afresh(limits);
  await clock.advance(firstPauseMs);
  await clock.advance(3_000);
  answer();
  await clock.advance(29_999);
  expect(sent).toHaveLength(1);
  await clock.advance(1);
  expect(sent).toHaveLength(2);
});

test("what is subscribed, was compared through a container, or is held as gone is not asked about", async () => {
  const { store, sent, scene, held, answerAll } = await setUp({ invoice: 4 });
  await store.putGone([{ entityCode: "invoice", id: testId(1), ver: 0 }]);
  scene.watched.add(`invoice:${testId(2)}`);
  held.afresh(limits);
  held.compared("invoice", [testId(3)]);
  await answerAll();
  expect(asked(sent)).toEqual([`invoice:${testId(4)}`]);
});

// Fails when it begins anew with every RESUME, or forgets with the link what was not answered.
test("an interruption goes on after RESUME where it ended, and after the end nothing is asked again", async () => {
  const { clock, sent, scene, held, answer, answerAll } = await setUp({ invoice: rowsPerSlice + 1 });
  held.afresh(limits);
  await clock.advance(firstPauseMs);
  answer();
  await clock.advance(gapMs);
  expect(sent).toHaveLength(2);
  held.lost();
  expect(clock.timers).toBe(0);
  await clock.advance(3_600_000);
  expect(answer()).toBe(false);
  expect(sent).toHaveLength(2);
  held.resumed(limits);
  await clock.advance(firstPauseMs);
  expect(sent[2]?.payload).toEqual(sent[1]?.payload);
  answer();
  await answerAll();
  expect([sent.length, scene.reads, clock.timers]).toEqual([3, 2, 0]);
  held.lost();
  held.resumed(limits);
  await clock.advance(3_600_000);
  expect([sent.length, scene.reads]).toEqual([3, 2]);
  held.afresh(limits);
  await answerAll();
  expect(sent).toHaveLength(5);
});

test("a slice that is read while the link breaks is read again", async () => {
  const { clock, sent, scene, held, answerAll } = await setUp({ invoice: 3 });
  const gate = Promise.withResolvers<void>();
  scene.gate = gate.promise;
  held.afresh(limits);
  await clock.advance(firstPauseMs);
  held.lost();
  held.resumed(limits);
  gate.resolve();
  await clock.advance(gapMs);
  expect([scene.reads, sent]).toEqual([1, []]);
  await answerAll();
  expect(asked(sent)).toHaveLength(3);
});

test("later connections wait for a part of half a minute: clients that lost a gateway together come together", async () => {
  const { clock, sent, held, answer } = await setUp({ invoice: 1 });
  held.afresh(limits);
  await clock.advance(firstPauseMs);
  answer();
  held.lost();
  held.afresh(limits);
  await clock.advance(firstPauseMs + spreadMs / 2 - 1);
  expect(sent).toHaveLength(1);
  await clock.advance(1);
  expect(sent).toHaveLength(2);
});

test("only the tab that leads asks, and an older server is not asked", async () => {
  const { clock, sent, scene, held, answerAll } = await setUp({ invoice: 1 });
  held.afresh(defaultLimits);
  await answerAll();
  scene.leads = false;
  held.afresh(limits);
  await answerAll();
  scene.leads = true; // a tab that comes to lead gets a connection of its own
  await clock.advance(3_600_000);
  expect([sent, scene.reads, clock.timers]).toEqual([[], 0, 0]);
});

test("it waits until everything missed is read, and lets pass what a view waits for, but not for ever", async () => {
  const { clock, sent, scene, held } = await setUp({ invoice: 1 });
  scene.caughtUp = false;
  scene.busy = true;
  held.afresh(limits);
  await clock.advance(3_600_000);
  expect(scene.reads).toBe(0);
  scene.caughtUp = true;
  await clock.advance(10 * gapMs);
  expect(scene.reads).toBe(0);
  await clock.advance(60 * gapMs);
  expect(sent.length).toBeGreaterThan(0);
});

test("a lost answer and a database that is away: asked again; a type that is no more: its rows go", async () => {
  const { clock, sent, gone, held, refuse } = await setUp({ invoice: 1 });
  held.afresh(limits);
  await clock.advance(firstPauseMs);
  await clock.advance(10_000);
  expect(sent).toHaveLength(2);
  expect(refuse("unavailable")).toBe(true);
  await clock.advance(60_000);
  expect(sent.length).toBeGreaterThan(2);
  expect(gone).toEqual([]);
  refuse("unknown_entity");
  expect(gone).toEqual([`invoice:${testId(1)}@1`]);
});

test("any other refusal of one type does not keep the others from being compared", async () => {
  const { clock, sent, gone, held, refuse } = await setUp({ invoice: 1, task: 1 });
  held.afresh(limits);
  await clock.advance(firstPauseMs);
  refuse("invalid_message");
  await clock.advance(gapMs);
  expect(sent.map(({ payload }) => payload.entityCode)).toEqual(["invoice", "task"]);
  expect(gone).toEqual([]);
});
