import { createTestDatabase } from "@heliograph/server-kit/testing";
import { expect, test } from "vitest";
import { asUser } from "./support/as-user.ts";

const REFUSED = { code: "42501", message: expect.stringContaining("row-level security") };
const person = (personId: string) => ({ personId, organizationId: "" });

test.each([
  ["uuid", "5f1c8f0e-0000-4000-8000-00000000000a", "5f1c8f0e-0000-4000-8000-00000000000b"],
  ["int", "7", "8"],
  ["text", "auth0|a", "auth0|b"],
])("with an owner column of type %s, a row belongs to one person", async (type, alice, bob) => {
  await using db = await createTestDatabase({ template: "core" });
  await db.pool.query(`
    create table public.todo (id bigint generated always as identity primary key, user_id ${type}, title text not null);
    select heliograph.enable_sync('public.todo', owner => 'user_id')`);
  const insert = "insert into public.todo (user_id, title) values ($1, 'x') returning id";
  const [mine] = await asUser(db, person(alice), (query) => query<{ id: string }>(insert, [alice]));
  await db.pool.query(insert, [null]);
  const idsOf = (who: string) => asUser(db, person(who), (query) => query("select id from public.todo"));
  expect(await idsOf(alice)).toEqual([mine]);
  expect(await idsOf(bob)).toEqual([]);
  expect(await idsOf("no id of this type")).toEqual([]);
  await expect(asUser(db, person(alice), (query) => query(insert, [bob]))).rejects.toMatchObject(REFUSED);
  await expect(
    asUser(db, person(alice), (query) => query("update public.todo set user_id = $1", [bob])),
  ).rejects.toMatchObject(REFUSED);
  expect(await asUser(db, person(bob), (query) => query("delete from public.todo returning id"))).toEqual([]);

  await db.pool.query("update public.todo set user_id = $1 where user_id is not null", [bob]);
  expect(await idsOf(bob)).toEqual([mine]);
  const { rows } = await db.pool.query(
    "select action, container_ids, restricted, recheck from heliograph.logging order by created_ts",
  );
  expect(rows).toEqual([
    { action: 1, container_ids: [`person/${alice}`], restricted: true, recheck: false },
    { action: 1, container_ids: [], restricted: true, recheck: false },
    { action: 2, container_ids: [`person/${alice}`, `person/${bob}`], restricted: true, recheck: true },
  ]);
});

test("with tenant and owner, both decide; the policy is inlined and uses the index of the owner", async () => {
  await using db = await createTestDatabase({ template: "core" });
  await db.pool.query(`
    create table public.todo (id int primary key, organization_id text not null, user_id text, title text);
    create index on public.todo (user_id);
    insert into public.todo select n, 'north', 'p' || n, 'x' from generate_series(1, 5000) n;
    analyze public.todo;
    select heliograph.enable_sync('public.todo', owner => 'user_id')`);
  const read = (organizationId: string) =>
    asUser(db, { personId: "p7", organizationId }, (query) => query("select id from public.todo"));
  expect(await read("north")).toEqual([{ id: 7 }]);
  expect(await read("south")).toEqual([]);
  const plan = await asUser(db, { personId: "p7", organizationId: "north" }, (query) =>
    query<{ "QUERY PLAN": string }>("explain select id from public.todo"),
  );
  const text = plan.map((row) => row["QUERY PLAN"]).join("\n");
  expect(text).toMatch(/Index Cond: \(user_id = /);
  expect(text).not.toMatch(/readable_todo/);
});

test("the owner of the table drops, retypes and renames columns that decide rights, and drops the table", async () => {
  await using db = await createTestDatabase({ template: "core" });
  await db.pool.query(`
    create table public.todo (id int primary key, user_id int, spare int);
    insert into public.todo values (1, 7, 0);
    select heliograph.enable_sync('public.todo', owner => 'user_id');
    alter table public.todo alter user_id type bigint`);
  const read = () => asUser(db, person("7"), (query) => query("select id from public.todo"));
  expect(await read()).toEqual([{ id: 1 }]);
  await db.pool.query("alter table public.todo rename user_id to person_id");
  await expect(read()).rejects.toThrow(/user_id/);
  await db.pool.query("select heliograph.enable_sync('public.todo', owner => 'person_id')");
  expect(await read()).toEqual([{ id: 1 }]);
  await db.pool.query("alter table public.todo drop person_id, drop spare");
  await expect(read()).rejects.toThrow(/person_id/);
  await db.pool.query("drop table public.todo; select heliograph.disable_sync('todo')");
  const { rows } = await db.pool.query("select proname from pg_proc where proname like '%\\_todo%'");
  expect(rows).toEqual([]);
});
