import { settle } from "@heliograph/shared/testing/settle";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { testId } from "../testing/ids.ts";
import { organization } from "../testing/test-client.ts";
import { TwoTabs } from "../testing/two-tabs.ts";
import type { ConflictChoice } from "./attention-resolver.ts";

/**
 * Two tabs of one device write rows that refer to each other. Other users write the same rows, the network fails and
 * returns, answers are lost before and after the write takes effect, tabs are closed at any moment, writes are rejected.
 * At the end both tabs show the rows of the server, every write acted once or was discarded by a decision, and no write
 * overwrote a value that its user had not seen.
 */
type Step =
  | {
      readonly do: "create" | "edit" | "theirs" | "remove" | "their remove";
      readonly tab: number;
      readonly row: number;
      readonly column: number;
      readonly bad: boolean;
    }
  | { readonly do: "offline" | "online" }
  | { readonly do: "reload"; readonly tab: number }
  | { readonly do: "answer" | "lose answer" | "lose request" | "unavailable" | "break"; readonly call: number }
  | { readonly do: "decide"; readonly tab: number; readonly how: "retry" | "discard" | "mine" | "theirs" | "value" }
  | { readonly do: "wait"; readonly ms: number };

const rowCount = 4;
const columns = ["name", "note"] as const;

const writing = (name: "create" | "edit" | "theirs" | "remove" | "their remove", weight: number) => ({
  weight,
  arbitrary: fc.record({
    do: fc.constant(name),
    tab: fc.nat(1),
    row: fc.nat(rowCount - 1),
    column: fc.nat(1),
    bad: fc.nat(7).map((n) => n === 0),
  }),
});
const answering = (name: "answer" | "lose answer" | "lose request" | "unavailable" | "break", weight: number) => ({
  weight,
  arbitrary: fc.record({ do: fc.constant(name), call: fc.nat(3) }),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  writing("create", 3),
  writing("edit", 8),
  writing("theirs", 4),
  writing("remove", 1),
  writing("their remove", 1),
  { weight: 2, arbitrary: fc.constantFrom("offline", "online").map((name) => ({ do: name }) as Step) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("reload" as const), tab: fc.nat(1) }) },
  answering("answer", 10),
  answering("lose answer", 2),
  answering("lose request", 1),
  answering("unavailable", 1),
  answering("break", 1),
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("decide" as const),
      tab: fc.nat(1),
      how: fc.constantFrom("retry" as const, "discard" as const, "mine" as const, "theirs" as const, "value" as const),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(1, 30, 400, 3_000) }) },
);

/** One write as the test records it. */
interface Made {
  readonly id: string;
  readonly values: Map<string, unknown>;
  readonly shown: Map<string, readonly unknown[]>;
  discarded: boolean;
  decided: boolean;
}

class Run {
  readonly world = new TwoTabs(Array.from({ length: rowCount }, (_, n) => testId(n + 1)));
  readonly made = new Map<string, Made>();
  /** Every value that took effect on the server, with the value that it replaced. */
  readonly effects: {
    readonly key: string;
    readonly id: string;
    readonly column: string;
    readonly before: unknown;
    readonly after: unknown;
  }[] = [];
  readonly acted = new Map<string, number>();
  readonly removedByOthers = new Set<string>();
  #value = 0;

  constructor() {
    const { server } = this.world;
    server.refuses = ({ body }) =>
      Object.values(body ?? {}).some((value) => String(value).startsWith("bad")) ? "check_violation" : undefined;
    server.onEffect = ({ key, id, before, body }) => {
      this.acted.set(key, (this.acted.get(key) ?? 0) + 1);
      for (const column of columns) {
        if (body && column in body)
          this.effects.push({ key, id, column, before: before?.[column], after: body[column] });
      }
    };
    for (let n = 0; n < 2; n += 1)
      server.write("task", testId(n + 1), { name: `first ${n}`, note: "" }, [organization]);
  }

  async take(step: Step): Promise<void> {
    const { server } = this.world;
    switch (step.do) {
      case "create":
      case "edit":
      case "remove":
        await this.#write(step.do, step);
        break;
      case "theirs":
        if (server.rows.has(`task:${testId(step.row + 1)}`)) {
          server.write("task", testId(step.row + 1), { [columns[step.column] ?? "name"]: this.#next("theirs") });
        }
        break;
      case "their remove":
        this.removedByOthers.add(testId(step.row + 1));
        server.remove("task", testId(step.row + 1));
        break;
      case "offline":
      case "online":
        this.world.setOnline(step.do === "online");
        break;
      case "reload":
        this.world.reload(step.tab);
        break;
      case "wait":
        await this.world.clock.advance(step.ms);
        break;
      case "decide":
        await this.#decide(step.tab, step.how);
        break;
      default:
        this.#answer(step);
    }
    await settle();
  }

  /** Lets both tabs read the initial rows. */
  async begin(): Promise<void> {
    const { server, clock } = this.world;
    server.autoAnswer = true;
    await clock.advance(100);
    server.autoAnswer = false;
  }

  /** Brings the network back, answers every request and discards what is in the attention list, until all is quiet. */
  async finish(): Promise<void> {
    const { server, clock, tabs } = this.world;
    this.world.setOnline(true);
    server.autoAnswer = true;
    for (let round = 0; round < 60; round += 1) {
      for (const call of [...server.calls]) call.answer();
      await clock.advance(2_000);
      for (const { key } of tabs[0]?.client.outbox.attention().items ?? []) await this.#discard(0, key);
      if (
        tabs.every(
          ({ client, list }) =>
            client.outbox.queue.all().length === 0 && client.status().state === "connected" && !list.snapshot().stale,
        )
      )
        break;
    }
    await clock.advance(3_000);
  }

  check(): void {
    const { server, tabs, contents } = this.world;
    expect([...contents.operations.values()]).toEqual([]);
    const expected = [...server.rows.values()].sort((a, b) => (String(a["name"]) < String(b["name"]) ? -1 : 1));
    for (const { list, rows } of tabs) {
      expect(list.snapshot().items).toEqual(expected);
      for (const [id, row] of rows) expect(row.snapshot().data).toEqual(server.rows.get(`task:${id}`));
    }
    for (const [key, times] of this.acted) expect(times, `double effect of ${key}`).toBe(1);
    for (const [key, made] of this.made) {
      if (made.discarded) continue;
      // A removal of a row that is already gone counts as done.
      if (made.values.size === 0 && this.removedByOthers.has(made.id)) continue;
      expect(this.acted.get(key), `lost: ${JSON.stringify([...made.values])} of ${made.id}`).toBe(1);
      if (made.decided) continue;
      for (const [column, value] of made.values) {
        const effect = this.effects.find((one) => one.key === key && one.column === column);
        expect(effect?.after, `lost value in ${column}`).toBe(value);
        // The replaced value is one that the user had seen, also below an own write that was rejected later, or the same.
        expect([...(made.shown.get(column) ?? []), value, undefined], "an unseen value was overwritten").toContain(
          effect?.before,
        );
      }
    }
  }

  async #write(
    kind: "create" | "edit" | "remove",
    { tab: index, row: rowIndex, column, bad }: { tab: number; row: number; column: number; bad: boolean },
  ): Promise<void> {
    const tab = this.world.tabs[index];
    const id = testId(rowIndex + 1);
    if (!tab) return;
    const row = tab.client.entities.peek(`task:${id}`);
    const shown = row?.data;
    if (kind === "create" ? shown !== null && shown !== undefined : !shown) return;
    if (kind === "create" && this.world.server.rows.has(`task:${id}`)) return;
    const { mutations } = tab.client;
    const name = columns[column] ?? "name";
    const value = this.#next(bad ? "bad" : "mine");
    const changes =
      kind === "create" ? { name: value, note: testId(((rowIndex + 1) % rowCount) + 1) } : { [name]: value };
    const writing =
      kind === "create"
        ? mutations.create("task", { id, ...changes })
        : kind === "edit"
          ? mutations.update("task", id, changes)
          : mutations.remove("task", id);
    const { key } = await writing;
    const held = this.made.get(key);
    const made = held ?? { id, values: new Map(), shown: new Map(), discarded: false, decided: false };
    this.made.set(key, made);
    // The row was removed before its create was sent: both operations cancel each other out.
    if (held && kind === "remove") made.discarded = true;
    for (const [one, its] of Object.entries(kind === "remove" ? {} : changes)) {
      if (!made.values.has(one)) made.shown.set(one, [shown?.[one], row?.base?.[one]]);
      made.values.set(one, its);
    }
  }

  #answer(step: Extract<Step, { call: number }>): void {
    const { calls } = this.world.server;
    const call = calls[step.call % Math.max(1, calls.length)];
    if (!call) return;
    if (step.do === "answer") call.answer();
    else if (step.do === "unavailable") call.fail(503);
    else if (step.do === "break") call.fail(500, "internal");
    else {
      if (step.do === "lose answer") call.read();
      call.fail();
    }
  }

  async #decide(index: number, how: "retry" | "discard" | "mine" | "theirs" | "value"): Promise<void> {
    const tab = this.world.tabs[index];
    const item = tab?.client.outbox.attention().items[0];
    if (!tab || !item) return;
    if (how === "discard") return this.#discard(index, item.key);
    const made = this.made.get(item.key);
    if (made) made.decided = true;
    const { outbox } = tab.client;
    if (item.kind === "conflict" && how !== "retry") {
      const choice: ConflictChoice = how === "value" ? { value: this.#next("settled") } : how;
      // All columns take the value on the server, so nothing remains to be written.
      if (made && how === "theirs" && item.columns.length === Object.keys(item.changes).length) made.discarded = true;
      await outbox.resolve(item.key, Object.fromEntries(item.columns.map((column) => [column, choice])));
    } else {
      await outbox.retry(
        item.key,
        item.kind === "rejected" && item.op !== "remove" ? { name: this.#next("again") } : {},
      );
    }
  }

  async #discard(index: number, key: string): Promise<void> {
    const { client } = this.world.tabs[index] ?? {};
    const item = client?.outbox.attention().items.find((one) => one.key === key);
    for (const one of [item, ...(item?.dependants ?? [])]) {
      const made = one && this.made.get(one.key);
      if (made) made.discarded = true;
    }
    await client?.outbox.discard(key);
  }

  #next(prefix: string): string {
    this.#value += 1;
    return `${prefix} ${String(this.#value).padStart(3, "0")}`;
  }
}

/** Fixed, so that a run gives the same result on every machine; fast-check prints it with a failure. */
const seed = 20_261_123;

test(`[G4] 500 random interleavings of two tabs, other users and faults lose no write and apply none twice (seed ${seed})`, {
  timeout: 120_000,
}, async () => {
  let writes = 0;
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 40, size: "max" }), async (steps) => {
      const run = new Run();
      await run.begin();
      for (const one of steps) await run.take(one);
      await run.finish();
      run.check();
      run.world.stop();
      writes += run.made.size;
      runs += 1;
    }),
    { seed, numRuns: 500 },
  );
  expect(runs).toBeGreaterThanOrEqual(500);
  expect(writes).toBeGreaterThan(1_500);
});
