import { randomUUID } from "node:crypto";
import { createTestDatabase } from "@heliograph/server-kit/testing";
import { expect, test } from "vitest";

/** A database with the core alone and one live table. */
async function createNotes() {
  const db = await createTestDatabase({ template: "core" });
  await db.pool.query(
    "create table note (id uuid primary key, organization_id uuid not null, is_private boolean, text text)",
  );
  await db.pool.query("select heliograph.enable_sync('note', 'note')");
  return db;
}

test("blank and missing markers of a person erase nothing of others, and markers are compared in lower case", async () => {
  await using db = await createNotes();
  const { pool } = db;
  await pool.query(
    `create or replace function heliograph.subject_markers(person text) returns text[] language sql stable
     return array['', ' ', null, 'Ada@Example.org']`,
  );
  for (const text of ["of another person", "by ada@example.org"])
    await pool.query("insert into note values ($1, $2, false, $3)", [randomUUID(), randomUUID(), text]);
  const person = randomUUID();
  await pool.query("select heliograph.request_erasure($1)", [person]);
  await pool.query("select heliograph.begin_erasure($1)", [person]);
  await pool.query("select heliograph.erase_subject($1, current_date)", [person]);
  const { rows } = await pool.query(
    "select entity_to_version ->> 'text' as text from heliograph.logging_detail where entity_to_version is not null",
  );
  expect(rows).toEqual([{ text: "of another person" }]);
});

test.each(["null::text[]", "array[null]::text[]"])(
  "granted_persons that returns %s names no person in the log",
  async (result) => {
    await using db = await createNotes();
    await db.pool.query(
      `create or replace function heliograph.granted_persons(code text, id text) returns text[] language sql stable return ${result}`,
    );
    const tenant = randomUUID();
    await db.pool.query("insert into note values ($1, $2, true, 'x')", [randomUUID(), tenant]);
    await db.pool.query("delete from note");
    const { rows } = await db.pool.query("select container_ids from heliograph.logging where action = 3");
    expect(rows).toEqual([{ container_ids: [`tenant/${tenant}`] }]);
  },
);

const problems = async (db: Awaited<ReturnType<typeof createNotes>>) =>
  (await db.pool.query<{ code: string | null; problem: string }>("select code, problem from heliograph.check_sync()"))
    .rows;

test("check_sync reports a hook with other arguments, which is never called", async () => {
  await using db = await createNotes();
  await db.pool.query(
    "create or replace function heliograph.granted_ids(code varchar) returns text[] language sql stable return '{}'::text[]",
  );
  await db.pool.query("revoke execute on function heliograph.granted_ids(varchar) from public");
  expect(await problems(db)).toEqual(
    ["character varying", "text"].map((type) => ({
      code: null,
      problem: expect.stringContaining(`heliograph.granted_ids(${type}) is one of two functions of this name`),
    })),
  );
});

test("check_sync reports a hook that was dropped and created again, which every role may execute", async () => {
  await using db = await createNotes();
  await db.pool.query(
    `drop function heliograph.erase_person(text);
     create function heliograph.erase_person(person text) returns void language sql begin atomic end`,
  );
  const problem = "hook heliograph.erase_person(text) may be executed by every role";
  expect(await problems(db)).toEqual([{ code: null, problem }]);
});
