import { createTestDatabase } from "@heliograph/server-kit/testing";
import { expect, test } from "vitest";
import { readLog } from "./support/log.ts";

/** Columns of a key, the values of one row, and its id in the log. */
const keys: readonly { readonly key: string; readonly values: string; readonly id: string }[] = [
  { key: "id uuid", values: "'6F1C0000-0000-4000-8000-00000000000A'", id: "6f1c0000-0000-4000-8000-00000000000a" },
  { key: "id smallint", values: "-7", id: "-7" },
  { key: "id int", values: "2147483647", id: "2147483647" },
  { key: "id bigint generated always as identity", values: "default", id: "1" },
  { key: "id bigserial", values: "9007199254740993", id: "9007199254740993" },
  { key: "id text", values: "'a/b,c%d \"é\" 漢'", id: 'a/b,c%d "é" 漢' },
  { key: "id varchar(30)", values: "'usr_01H8X'", id: "usr_01H8X" },
  { key: "id char(4)", values: "'ab'", id: "ab" },
  { key: "id app.citext", values: "'MiXed'", id: "MiXed" },
  { key: "id numeric(20, 4)", values: "12.5000", id: "12.5" },
  { key: "id date", values: "'2024-02-29'", id: "2024-02-29" },
  { key: "id timestamptz", values: "'2024-02-29 12:00:00.000001+02'", id: "2024-02-29T10:00:00.000001Z" },
  { key: "id bytea", values: "'\\x00ff'", id: "\\x00ff" },
  { key: "id boolean", values: "true", id: "true" },
  { key: "id app.mood", values: "'so so'", id: "so so" },
  { key: "id app.code", values: "'x1'", id: "x1" },
  { key: "a int, b text", values: `7, 'x"y'`, id: '["7","x\\"y"]' },
  {
    key: 'tenant uuid, "Line No" smallint, at date',
    values: "'6F1C0000-0000-4000-8000-00000000000A', 3, '2024-01-31'",
    id: '["6f1c0000-0000-4000-8000-00000000000a","3","2024-01-31"]',
  },
];

// Fails when the id depends on the session: clients would look for one row under two names.
test("the id of a row is the canonical text of its key, whatever the writer's settings", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  await db.pool.query(`
    create extension citext schema app;
    create type app.mood as enum ('so so', 'fine');
    create domain app.code as varchar(10) check (value <> '')`);
  for (const [at, { key, values, id }] of keys.entries()) {
    const columns = key.split(/, (?=[a-z"])/).map((one) => (/^"[^"]+"|^\S+/.exec(one) ?? [""])[0]);
    await db.pool.query(`
      create table app.keyed_${at} (${key}, name text, primary key (${columns.join(", ")}));
      select app.enable_sync('app.keyed_${at}', public => true)`);
    const client = await db.pool.connect();
    await client.query(`
      set datestyle = 'SQL, DMY'; set timezone = 'Asia/Kolkata'; set intervalstyle = 'sql_standard';
      set bytea_output = 'escape'; set extra_float_digits = -3;`);
    await client.query(`insert into app.keyed_${at} values (${values}, 'a')`);
    await client.query(`update app.keyed_${at} set name = 'b'`);
    await client.query(`delete from app.keyed_${at}`);
    client.release(true);
    const log = await readLog(db.pool, `keyed_${at}`);
    expect(
      log.map((row) => [row.action, row.entityId]),
      key,
    ).toEqual([1, 2, 3].map((action) => [action, id]));
  }
});

test("a composite id is the text that JSON.stringify prints", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  await db.pool.query(`
    create table app.pair (a text, b text, primary key (a, b));
    select app.enable_sync('app.pair', public => true)`);
  const odd = ["", " ", '"', "\\", "/", "\n\t\r\b\f", "\u0001\u001f\u007f", "é漢😀", "</script>", "null", "[1,2]"];
  const pairs = odd.flatMap((a) => odd.map((b) => [a, b] as const));
  await db.pool.query("insert into app.pair select * from unnest($1::text[], $2::text[])", [
    pairs.map(([a]) => a),
    pairs.map(([, b]) => b),
  ]);
  const log = await readLog(db.pool, "pair");
  expect(new Set(log.map((row) => row.entityId))).toEqual(new Set(pairs.map((pair) => JSON.stringify(pair))));
});

// Fails when the text is only cast to the key's type: grants and signals would name one row by several ids.
test("a text that is not the canonical text of a key names no row, and is no error", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  await db.pool.query(`
    create table app.counted (id int primary key, organization_id uuid not null);
    create table app.padded (id char(4) primary key, organization_id uuid not null);
    create table app.paired (a int, b numeric, organization_id uuid not null, primary key (a, b));
    select app.enable_sync('app.' || name) from unnest('{counted,padded,paired}'::text[]) name;
    insert into app.counted values (7, gen_random_uuid());
    insert into app.padded values ('ab', gen_random_uuid());
    insert into app.paired values (7, 1.50, gen_random_uuid());`);
  const found = async (code: string, ids: readonly string[]): Promise<string[]> => {
    const { rows } = await db.pool.query<{ id: string }>(
      "select id from unnest($2::text[]) with ordinality as u (id, n) where app.containers_of($1, id) is not null order by n",
      [code, ids],
    );
    return rows.map(({ id }) => id);
  };
  expect(await found("counted", ["7", "007", "+7", " 7", "7.0", "", "x", "99999999999999999999"])).toEqual(["7"]);
  expect(await found("padded", ["ab", "ab  ", "AB", "abcdef"])).toEqual(["ab"]);
  const pairs = [
    '["7","1.5"]',
    '["7","1.50"]',
    '["7", "1.5"]',
    "[7,1.5]",
    '["7"]',
    '["7","1.5","x"]',
    "7",
    "{",
    "null",
  ];
  expect(await found("paired", pairs)).toEqual(['["7","1.5"]']);
});

test("the code of a type defaults to the name of the table in snake case", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  const names: Record<string, string> = {
    todo: "todo",
    OrderItem: "order_item",
    "user-data 2": "user_data_2",
    _hidden: "hidden",
    "2fa": "t_2fa",
    Person: "person_row",
    Tenant: "tenant_row",
    HTTPLog: "httplog",
  };
  for (const name of Object.keys(names))
    await db.pool.query(
      `create table app."${name}" (id int primary key); select app.enable_sync('app."${name}"', public => true)`,
    );
  const { rows } = await db.pool.query<{ name: string; code: string }>(
    "select table_name as name, code from app.entity_catalog where table_name = any ($1)",
    [Object.keys(names)],
  );
  expect(Object.fromEntries(rows.map(({ name, code }) => [name, code]))).toEqual(names);
});

test("a container is named by the code of the row behind it: by foreign key, whatever goes live first, or by the column", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  await db.pool.query(`
    create table app.account (id int primary key);
    create table app.region (tenant int, id int, primary key (tenant, id));
    create table app.visit (
      id int primary key, account_id int references app.account, tenant int not null, region_id int, "shopId" int,
      foreign key (tenant, region_id) references app.region);
    select app.enable_sync('app.visit', public => true, tenant => 'tenant', containers => '{account_id,region_id,shopId}');
    insert into app.account values (5);
    insert into app.region values (1, 2);
    insert into app.visit values (1, 5, 1, 2, 9), (2, null, 1, null, null);
    select app.enable_sync('app.account', 'customer', public => true);
    select app.enable_sync('app.region', public => true);
    update app.visit set id = 3 where id = 1;`);
  const log = await readLog(db.pool, "visit");
  const region = 'region/["1","2"]';
  // As a set: both rows of the changed key have the time of the same statement.
  const found = log.map((row) => [row.action, row.entityId, ...row.containerIds.toSorted()].join(" ")).sort();
  expect(found).toEqual([
    `1 1 account/5 ${region} shop/9 tenant/1`,
    "1 2 tenant/1",
    `1 3 customer/5 ${region} shop/9 tenant/1`,
    `3 1 customer/5 ${region} shop/9 tenant/1`,
  ]);
});
