import * as fc from "fast-check";
import { expect, test } from "vitest";
import { testId } from "../testing/ids.ts";
import { createTestClient, organization, type TestClient } from "../testing/test-client.ts";
import { maxUnknownFailures } from "./failure.ts";

/** What the server answers to the writes of one row. `times`: how often, before it answers as usual. */
interface Fault {
  readonly status: number;
  readonly code?: string;
  readonly times: number;
  readonly retryAfterS?: number;
}
const forever = Number.POSITIVE_INFINITY;

/** A client with rows 1 to n, whose writes the server answers as `faults` says, by row. */
async function setUp(faults: Readonly<Record<number, Fault>>, count = 4) {
  const left = new Map(Object.entries(faults).map(([row, fault]) => [testId(Number(row)), fault.times]));
  /** Bodies that were sent, by row. */
  const sent = new Map<string, string[]>();
  let made: TestClient | undefined;
  const answer: typeof fetch = (input, init) => {
    const body = typeof init?.body === "string" ? init.body : "";
    const id = [...left.keys(), ...Array.from({ length: count }, (_, n) => testId(n + 1))].find(
      (one) => String(input).includes(one) || body.includes(one),
    );
    if ((init?.method ?? "GET") === "GET" || id === undefined)
      return made?.server.fetch(input, init) as Promise<Response>;
    sent.set(id, [...(sent.get(id) ?? []), body]);
    const times = left.get(id) ?? 0;
    if (times <= 0) return made?.server.fetch(input, init) as Promise<Response>;
    left.set(id, times - 1);
    const { status, code, retryAfterS } = faults[
      Object.keys(faults)
        .map(Number)
        .find((row) => testId(row) === id) ?? 0
    ] as Fault;
    if (status === 0) return Promise.reject(new TypeError("fetch failed"));
    const error = { code, message: "Die Rechnung ist bezahlt.", remedy: "Gutschrift anlegen." };
    const headers: Record<string, string> = retryAfterS === undefined ? {} : { "retry-after": String(retryAfterS) };
    return Promise.resolve(Response.json(code === undefined ? {} : { error }, { status, headers }));
  };
  made = createTestClient({ fetch: answer });
  const { client, server, clock } = made;
  for (let row = 1; row <= count; row += 1) server.write("task", testId(row), { name: "first" }, [organization]);
  client.start();
  await clock.advance(100);
  const write = (row: number, name: string) => client.mutations.update("task", testId(row), { name });
  const sends = (row: number) => sent.get(testId(row)) ?? [];
  const nameOf = (row: number) => server.rows.get(`task:${testId(row)}`)?.["name"];
  return { ...made, write, sends, nameOf };
}

const unknown: Fault = { status: 500, code: "internal", times: forever };

test("a write that always fails is sent ten times, then waits for a person; other rows go on", async () => {
  const { client, clock, write, sends, nameOf } = await setUp({ 1: unknown });
  const failing = await write(1, "breaks");
  failing.confirmed.catch(() => undefined);
  await write(2, "goes on");
  await write(1, "waits behind");
  await clock.advance(1_000);
  expect(nameOf(2)).toBe("goes on");
  await clock.advance(600_000);
  expect(sends(1)).toHaveLength(maxUnknownFailures);
  expect(new Set(sends(1)).size).toBe(1);
  await expect(failing.confirmed).rejects.toMatchObject({ status: 500, code: "internal" });
  expect(client.outbox.attention().items).toMatchObject([
    {
      kind: "failed",
      key: failing.key,
      reason: { code: "internal", message: "Die Rechnung ist bezahlt." },
      dependants: [],
    },
  ]);
  expect(client.outbox.snapshot().entries).toMatchObject([{ heldBy: failing.key, changes: { name: "waits behind" } }]);
  await write(3, "later");
  await clock.advance(1_000);
  expect(nameOf(3)).toBe("later");
  client.stop();
  expect(clock.timers).toBe(0);
});

test("a decision about a failed write releases the later edits of its row", async () => {
  const { client, clock, write, sends, nameOf } = await setUp({
    1: { ...unknown, times: maxUnknownFailures },
    2: unknown,
  });
  const retried = await write(1, "retried");
  const discarded = await write(2, "discarded");
  await write(1, "after the retry");
  await clock.advance(120_000);
  await client.outbox.retry(retried.key);
  await clock.advance(1_000);
  expect(sends(1)).toHaveLength(maxUnknownFailures + 2);
  expect(nameOf(1)).toBe("after the retry");
  const later = await write(2, "kept");
  await client.outbox.discard(discarded.key);
  expect(client.outbox.snapshot().entries).toMatchObject([{ key: later.key }]);
  client.stop();
});

test("a failed create puts the writes that refer to it aside, and counts on after a reload", async () => {
  const { client, clock } = await setUp({ 9: unknown });
  const made = await client.mutations.create("project", { id: testId(9), name: "P" });
  await clock.advance(2_000);
  const counted = client.outbox.queue.get(made.key)?.unknownFailures ?? 0;
  expect(counted).toBeGreaterThan(0);
  expect(await client.store.readOperations()).toMatchObject([{ unknownFailures: counted }]);
  const child = await client.mutations.create("task", { id: testId(8), name: "T", project_id: testId(9) });
  await clock.advance(120_000);
  expect(client.outbox.attention().items).toMatchObject([
    { kind: "failed", key: made.key, dependants: [{ key: child.key }] },
  ]);
  client.stop();
});

test("a 422 waits for a person at once, with the message of the application", async () => {
  const { client, clock, write, sends, nameOf } = await setUp({
    1: { status: 422, code: "rule_violation", times: forever },
  });
  await write(1, "refused");
  await write(2, "goes on");
  await clock.advance(100);
  expect(sends(1)).toHaveLength(1);
  expect(nameOf(2)).toBe("goes on");
  expect(client.outbox.attention().items).toMatchObject([
    { kind: "rejected", reason: { message: "Die Rechnung ist bezahlt.", remedy: "Gutschrift anlegen." } },
  ]);
  client.stop();
});

test("a 503 pauses all writes for Retry-After and is never put aside", async () => {
  const { client, clock, write, sends, nameOf } = await setUp({
    1: { status: 503, code: "unavailable", times: 40, retryAfterS: 5 },
  });
  await write(1, "waits");
  await write(2, "waits too");
  await clock.advance(4_900);
  expect([sends(1).length, sends(2).length]).toEqual([1, 0]);
  await clock.advance(1_800_000);
  expect(client.outbox.attention().items).toEqual([]);
  expect([nameOf(1), nameOf(2)]).toEqual(["waits", "waits too"]);
  client.stop();
});

// Fails when the oldest write is always tried first: a row without a partition then blocks the device for ever.
test("a row whose writes are always answered 503 does not block the others", async () => {
  const { client, clock, write, sends, nameOf } = await setUp({
    1: { status: 503, code: "unavailable", times: forever, retryAfterS: 5 },
  });
  await write(1, "no partition");
  await write(2, "goes on");
  await clock.advance(60_000);
  expect(nameOf(2)).toBe("goes on");
  const before = sends(1).length;
  await clock.advance(120_000);
  expect(sends(1).length).toBeGreaterThan(before);
  expect(client.outbox.attention().items).toEqual([]);
  client.stop();
});

test("a 404 of a proxy removes no row", async () => {
  const { client, clock, server } = await setUp({ 1: { status: 404, times: 3 } });
  await client.mutations.remove("task", testId(1));
  await clock.advance(100);
  expect(client.outbox.snapshot().size).toBe(1);
  expect(server.rows.has(`task:${testId(1)}`)).toBe(true);
  await clock.advance(30_000);
  expect(client.outbox.snapshot().size).toBe(0);
  expect(server.rows.has(`task:${testId(1)}`)).toBe(false);
  client.stop();
});

test("when every write fails for an unknown reason, the queue pauses instead of putting all of them aside", async () => {
  const count = 60;
  const faults = Object.fromEntries(Array.from({ length: count }, (_, n) => [n + 1, { ...unknown, times: 4 }]));
  const { client, clock, write, sends } = await setUp(faults, count);
  for (let row = 1; row <= count; row += 1) await write(row, `edit ${row}`);
  await clock.advance(10_000);
  const total = Array.from({ length: count }, (_, n) => sends(n + 1).length).reduce((a, b) => a + b, 0);
  expect(total).toBeLessThan(30);
  await clock.advance(3_600_000);
  expect(client.outbox.attention().items).toEqual([]);
  expect(client.outbox.snapshot().size).toBe(0);
  client.stop();
});

const rows = 5;
const faultOf = fc.oneof(
  fc.constant(undefined),
  fc.record({
    status: fc.constantFrom(0, 422, 429, 500, 501, 502, 503, 504, 599),
    code: fc.constant("some_code"),
    times: fc.constantFrom(1, 2, 9, 10, forever),
  }),
);
/** Fixed, so that a run gives the same result on every machine; fast-check prints it with a failure. */
const seed = 20_261_130;

test(`any faults of some rows: the others are sent, in order, and no attempt exceeds its bound (seed ${seed})`, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(faultOf, { minLength: rows, maxLength: rows }),
      fc.array(fc.integer({ min: 1, max: rows }), { minLength: 1, maxLength: 12 }),
      async (plan, order) => {
        // Without an answer the whole device is offline, so such a fault ends.
        const faults = Object.fromEntries(
          plan.flatMap((fault, n) =>
            fault ? [[n + 1, fault.status === 0 ? { ...fault, times: Math.min(fault.times, 10) } : fault]] : [],
          ),
        );
        const { client, clock, write, sends, nameOf } = await setUp(faults, rows);
        for (const [n, row] of order.entries()) {
          const { confirmed } = await write(row, `edit ${String(n).padStart(2, "0")}`);
          confirmed.catch(() => undefined);
        }
        await clock.advance(1_200_000);
        const attention = client.outbox.attention().items;
        for (const row of new Set(order)) {
          const { status = 200, times = 0 } = faults[row] ?? {};
          const last = `edit ${String(order.lastIndexOf(row)).padStart(2, "0")}`;
          const own = attention.filter(({ entityId }) => entityId === testId(row));
          const unsent = client.outbox.snapshot().entries.filter(({ entityId }) => entityId === testId(row));
          // No edit overtakes an earlier one of its row.
          expect(sends(row)).toEqual([...sends(row)].sort());
          if ([500, 501, 599].includes(status) && times >= maxUnknownFailures) {
            expect(own).toMatchObject([{ kind: "failed" }]);
            expect(sends(row)).toHaveLength(maxUnknownFailures);
            for (const { heldBy } of unsent) expect(heldBy).toBe(own[0]?.key);
          } else if (status === 422) {
            expect(own.every(({ kind }) => kind === "rejected")).toBe(true);
            expect(new Set(sends(row)).size).toBe(sends(row).length);
          } else if (times === forever) {
            expect([own, unsent.length > 0]).toEqual([[], true]);
            expect(sends(row).length).toBeGreaterThan(maxUnknownFailures);
          } else {
            expect([own, unsent, nameOf(row)]).toEqual([[], [], last]);
          }
        }
        client.stop();
      },
    ),
    { seed, numRuns: 60 },
  );
});
