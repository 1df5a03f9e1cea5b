import { randomUUID } from "node:crypto";
import { FakeClock } from "@heliograph/shared/testing/fake-clock";
import { settle } from "@heliograph/shared/testing/settle";
import { expect, test } from "vitest";
import { silentObserver } from "../sync-observer.ts";
import { type ExpectedSession, type LostSession, SessionGuard } from "./session-guard.ts";

const expected = (rows: number): ExpectedSession => ({
  rows,
  session: {
    connectionId: randomUUID(),
    userId: randomUUID(),
    organizationId: randomUUID(),
    gatewayId: randomUUID(),
    generation: 1,
    attempted: true,
    created: true,
  },
});

function setUp(all: readonly ExpectedSession[]) {
  const clock = new FakeClock();
  const looks: (readonly ExpectedSession[])[] = [];
  const restored: string[] = [];
  const taken: string[] = [];
  const errors: unknown[] = [];
  let answer: (asked: readonly ExpectedSession[]) => LostSession[] = () => [];
  const guard = new SessionGuard({
    expected: () => all,
    lost: async (asked) => {
      looks.push(asked);
      return answer(asked);
    },
    onTaken: ({ connectionId }) => taken.push(connectionId),
    rewriteRows: ({ connectionId }) => restored.push(connectionId),
    clock,
    observer: { ...silentObserver, failed: (_operation, error) => void errors.push(error) },
  });
  return {
    clock,
    guard,
    looks,
    restored,
    taken,
    errors,
    answer: (next: typeof answer) => {
      answer = next;
    },
  };
}

test("every session has its turn, and one check is bounded by sessions and by rows", async () => {
  const all = [
    ...Array.from({ length: 12_000 }, () => expected(1)),
    ...Array.from({ length: 12 }, () => expected(9000)),
  ];
  const { guard, looks } = setUp(all);
  for (let turn = 0; turn < 8; turn += 1) await guard.check();
  expect(Math.max(...looks.map((look) => look.length))).toBe(5000);
  for (const look of looks) expect(look.reduce((sum, { rows }) => sum + rows, 0)).toBeLessThan(60_000);
  expect(new Set(looks.flat()).size).toBe(all.length);
});

// Fails when a loss is only counted: the next RESUME would find nothing.
test("lost rows are rewritten, the next part soon after; those of a connection that was taken over are not", async () => {
  const [one, two] = [expected(3), expected(3)];
  const { clock, guard, looks, restored, taken, answer } = setUp([one, two]);
  const stop = new AbortController();
  const running = guard.run(stop.signal);
  answer(() => [
    { session: one.session, why: "rows" },
    { session: two.session, why: "taken" },
  ]);
  await clock.advance(5000);
  expect([restored, taken]).toEqual([[one.session.connectionId], [two.session.connectionId]]);
  answer(() => []);
  await clock.advance(1000);
  expect(looks).toHaveLength(2);
  await clock.advance(3000);
  expect(looks).toHaveLength(2);
  stop.abort();
  await running;
});

test("a check that fails is repeated at the next interval", async () => {
  const { clock, guard, looks, errors, answer } = setUp([expected(1)]);
  const stop = new AbortController();
  const running = guard.run(stop.signal);
  answer(() => {
    throw new Error("the database is away");
  });
  await clock.advance(5000);
  await settle();
  expect(errors).toHaveLength(1);
  await clock.advance(5000);
  expect(looks).toHaveLength(2);
  stop.abort();
  await running;
});
