import type pg from "pg";
import { expect, test } from "vitest";
import { createBoards, insertBoard } from "./support/boards.ts";
import { adjustableClock } from "./support/clock.ts";
import { action, readLog, versionOf } from "./support/log.ts";
import { openSession } from "./support/session.ts";
import { claim, lead } from "./support/watcher.ts";

const id = "00000000-0000-4000-8000-00000000c10c";
const steps = ["-10 min", "-1 day", "10 min", "1 day"];

async function createSteppedBoards() {
  const boards = await createBoards();
  const { pool, north } = boards;
  const board = await insertBoard(pool, north);
  const clock = await adjustableClock(pool);
  return {
    boards,
    pool,
    clock,
    insert: async (row = id) => {
      await pool.query("insert into app.card (id, organization_id, board_id, title) values ($1, $2, $3, 'a')", [
        row,
        north.organizationId,
        board,
      ]);
      return versionOf(pool, row);
    },
    update: async () => {
      await pool.query("update app.card set title = title || '.' where id = $1", [id]);
      return versionOf(pool, id);
    },
    /** Deletes the row and returns the version of its deletion in the log. */
    remove: async (): Promise<bigint> => {
      await pool.query("delete from app.card where id = $1", [id]);
      const deletions = (await readLog(pool, "card")).filter(
        (row) => row.entityId === id && row.action === action.delete,
      );
      return deletions.reduce((highest, { version }) => (version > highest ? version : highest), 0n);
    },
    [Symbol.asyncDispose]: () => boards[Symbol.asyncDispose](),
  };
}

const epochOf = async (pool: pg.Pool): Promise<string> =>
  (await pool.query<{ log_epoch: string }>("select log_epoch from app.sync_state")).rows[0]?.log_epoch ?? "";
const floorOf = async (pool: pg.Pool): Promise<bigint> =>
  BigInt((await pool.query("select pg_sequence_last_value('app.version_floor')::text as floor")).rows[0]?.floor ?? 0);
const rising = (versions: bigint[]): bigint[] => [...new Set(versions)].sort((a, b) => (a < b ? -1 : 1));

test.each(steps)(
  "versions of a row rise across a step of the clock by %s, also when it is created again",
  async (step) => {
    await using stepped = await createSteppedBoards();
    const { pool, clock, insert, update, remove } = stepped;
    const me = await lead(pool);
    const versions = [await insert(), await update()];
    await claim(pool, me, 1000);
    await clock.step(step);
    // With and without a claim between the changes, and several times within one.
    versions.push(await update(), await remove(), await insert(), await remove(), await insert());
    await pool.query("select app.lead($1, '1 hour')", [me]);
    await claim(pool, me, 1000);
    versions.push(await update(), await remove(), await insert());
    expect(versions).toEqual(rising(versions));
    expect(await floorOf(pool)).toBeGreaterThan(0n);
  },
);

// Fails when the claim does not raise the floor: clients would ignore the row until the clock has caught up.
test("a row created again after the clock stepped back is newer than its deletion that was claimed before", async () => {
  await using stepped = await createSteppedBoards();
  const { pool, clock, insert, remove } = stepped;
  const me = await lead(pool);
  await insert();
  const deleted = await remove();
  await claim(pool, me, 1000);
  expect(await floorOf(pool)).toBe(deleted);
  await clock.step("-1 day");
  expect(await insert()).toBeGreaterThan(deleted);
});

test("a row inserted again by the statement that deletes it is newer than its deletion, also behind the floor", async () => {
  await using stepped = await createSteppedBoards();
  const { pool, clock, insert, update } = stepped;
  const me = await lead(pool);
  await insert();
  await claim(pool, me, 1000);
  await clock.step("-1 day");
  for (let round = 0; round < 3; round += 1) {
    await update();
    await pool.query(`with gone as (delete from app.card where id = '${id}' returning *)
      insert into app.card (id, organization_id, board_id, title) select id, organization_id, board_id, 'b' from gone`);
    const log = (await readLog(pool, "card")).filter((row) => row.entityId === id);
    const highest = log.reduce((most, { version }) => (version > most ? version : most), 0n);
    expect(await versionOf(pool, id)).toBe(highest);
  }
});

// Fails when a deletion that is pending when the clock steps back is claimed like any other: a row created again meanwhile has
// a lower version, and only a comparison of all versions finds it.
test.each(steps)("a step of the clock by %s with pending rows starts at most one new epoch", async (step) => {
  await using stepped = await createSteppedBoards();
  const { pool, clock, insert, update, remove } = stepped;
  const me = await lead(pool);
  await insert();
  await claim(pool, me, 1000);
  const first = await epochOf(pool);
  await update();
  await remove();
  await clock.step(step);
  await insert();
  await pool.query("select app.lead($1, '1 hour')", [me]);
  await claim(pool, me, 1000);
  const second = await epochOf(pool);
  expect(second === first).toBe(!step.startsWith("-"));
  for (let round = 0; round < 3; round += 1) {
    await update();
    await remove();
    await insert();
    await claim(pool, me, 1000);
  }
  expect(await epochOf(pool)).toBe(second);
});

test("without steps of the clock a claim keeps the epoch, and the floor is the highest version that it numbered", async () => {
  await using stepped = await createSteppedBoards();
  const { pool, insert, update } = stepped;
  const me = await lead(pool);
  const epoch = await epochOf(pool);
  await insert();
  for (let round = 0; round < 5; round += 1) {
    const version = await update();
    await claim(pool, me, 1000);
    expect(await floorOf(pool)).toBe(version);
  }
  expect(await epochOf(pool)).toBe(epoch);
});

// Fails when the floor can only be read with rights on the schema: version triggers run as the writer.
test("a role with rights on the table alone can write while the clock is behind the floor", async () => {
  await using stepped = await createSteppedBoards();
  const { pool, clock, boards, insert } = stepped;
  const me = await lead(pool);
  await insert();
  await claim(pool, me, 1000);
  const role = `writer_${boards.db.name}`;
  await pool.query(`create role ${role} login bypassrls; create schema apart;
    create table apart.note (id int primary key, text text);
    select app.enable_sync('apart.note', public => true);
    grant usage on schema apart to ${role}; grant all on apart.note to ${role}`);
  try {
    await clock.step("-1 day");
    await using writer = await openSession(boards.db, role);
    await writer.query("insert into apart.note values (1, 'a')");
    await writer.query("update apart.note set text = 'b'");
    await writer.query("delete from apart.note");
    await expect(writer.query("select setval('app.version_floor', 1)")).rejects.toMatchObject({ code: "42501" });
    await expect(writer.query("select app.version_now()")).rejects.toMatchObject({ code: "42501" });
  } finally {
    await pool.query(`drop table apart.note; drop owned by ${role}; drop role ${role}`);
  }
});

test("a type that goes live while the clock is behind the floor has versions above it, and so has one that is read again", async () => {
  await using stepped = await createSteppedBoards();
  const { pool, clock, insert } = stepped;
  const me = await lead(pool);
  await insert();
  await claim(pool, me, 1000);
  const floor = await floorOf(pool);
  await clock.step("-1 day");
  await pool.query("create table public.plain as select 1 as id; alter table public.plain add primary key (id)");
  await pool.query("select app.enable_sync('public.plain', public => true)");
  const { rows } = await pool.query("select sync_version::text as version from public.plain");
  expect(BigInt(rows[0]?.version)).toBeGreaterThan(floor);
  await pool.query(
    "alter table app.card disable trigger user; update app.card set sync_version = 0; alter table app.card enable trigger user",
  );
  await pool.query("select app.resync('card')");
  expect(await versionOf(pool, id)).toBeGreaterThan(floor);
});

// Fails when only the end of a lease counts: after a step back nobody would lead for as long as the step.
test.each(["-10 min", "-1 day"])(
  "a lease left by a leader that died before the clock stepped by %s can be taken",
  async (step) => {
    await using stepped = await createSteppedBoards();
    const { pool, clock } = stepped;
    await lead(pool, "3 s");
    await expect(lead(pool, "3 s")).rejects.toThrow("another watcher is the leader");
    await clock.step(step);
    await lead(pool, "3 s");
    await expect(lead(pool, "3 s")).rejects.toThrow("another watcher is the leader");
  },
);

test.each(steps)("a leader that lives keeps the lease across a step by %s", async (step) => {
  await using stepped = await createSteppedBoards();
  const { pool, clock, insert } = stepped;
  const me = await lead(pool, "3 s");
  await clock.step(step);
  expect((await pool.query("select * from app.lead($1)", [me])).rows).toHaveLength(1);
  await insert();
  expect(await claim(pool, me, 1000)).toBeDefined();
  await expect(lead(pool, "3 s")).rejects.toThrow("another watcher is the leader");
});
