import { createTestDatabase, type TestDatabase } from "@heliograph/server-kit/testing";
import { afterAll, beforeAll, expect, test } from "vitest";

// Rules for all tables of the suite. Each query returns the names of the tables or columns that break a rule, so that a
// failure shows where to look.

let db: TestDatabase;

beforeAll(async () => {
  db = await createTestDatabase({ template: "suite" });
});

afterAll(async () => {
  await db[Symbol.asyncDispose]();
});

async function offenders(sql: string): Promise<string[]> {
  const { rows } = await db.pool.query<{ name: string }>(sql);
  return rows.map((row) => row.name);
}

test("28 types are live, and check_sync finds nothing", async () => {
  const { rows } = await db.pool.query("select code from app.entity_catalog order by code");
  expect(rows.length).toBe(28);
  expect(await offenders("select format('%s: %s', code, problem) as name from app.check_sync()")).toEqual([]);
});

test("every foreign key between tenant tables includes organization_id on both sides", async () => {
  const query = /* sql */ `
    select format('%s: %s', k.conrelid::regclass, pg_get_constraintdef(k.oid)) as name
      from pg_constraint k
      join app.entity_type child on child.table_name = k.conrelid
      join app.entity_type parent on parent.table_name = k.confrelid
     where k.contype = 'f'
       and not exists (
         select from unnest(k.conkey, k.confkey) as pair (child, parent)
         join pg_attribute ca on ca.attrelid = k.conrelid and ca.attnum = pair.child and ca.attname = child.tenant_column
         join pg_attribute pa on pa.attrelid = k.confrelid and pa.attnum = pair.parent and pa.attname = parent.tenant_column)`;
  expect(await offenders(query)).toEqual([]);
});

test("no foreign key sets organization_id to null when the parent is deleted", async () => {
  const query = /* sql */ `
    select format('%s: %s', k.conrelid::regclass, pg_get_constraintdef(k.oid)) as name
      from pg_constraint k join app.entity_type e on e.table_name = k.conrelid
     where k.contype = 'f' and k.confdeltype in ('n', 'd')
       and (k.confdelsetcols is null or exists (
         select from pg_attribute a where a.attrelid = k.conrelid and a.attnum = any (k.confdelsetcols) and a.attnotnull))`;
  expect(await offenders(query)).toEqual([]);
});

test("no foreign key refers to app.person, because it would reveal which ids are people of other organizations", async () => {
  const query = /* sql */ `
    select k.conrelid::regclass::text as name from pg_constraint k join app.entity_type e on e.table_name = k.conrelid
     where k.contype = 'f' and k.confrelid = 'app.person'::regclass`;
  expect(await offenders(query)).toEqual([]);
});

test("every tenant table is unique by id and organization", async () => {
  const query = /* sql */ `
    select e.code as name from app.entity_type e
     where e.code <> 'organization' and not exists (
       select from pg_constraint k
        where k.conrelid = e.table_name and k.contype = 'u'
          and (select array_agg(a.attname::text order by a.attname) from pg_attribute a where a.attrelid = k.conrelid and a.attnum = any (k.conkey))
              = array['id', 'organization_id'])`;
  expect(await offenders(query)).toEqual([]);
});

test("every foreign key has an index that begins with its columns", async () => {
  const query = /* sql */ `
    select format('%s: %s', k.conrelid::regclass, pg_get_constraintdef(k.oid)) as name
      from pg_constraint k join app.entity_type e on e.table_name = k.conrelid
     where k.contype = 'f' and not exists (
       select from pg_index i
        where i.indrelid = k.conrelid and i.indisvalid and i.indpred is null
          and (select array_agg(c order by c) from unnest((i.indkey::int2[])[0:cardinality(k.conkey) - 1]) c)
              = (select array_agg(c order by c) from unnest(k.conkey) c))`;
  expect(await offenders(query)).toEqual([]);
});

test("every type has a description and a column that names a row", async () => {
  expect(await offenders("select code as name from app.entity_catalog where coalesce(comment, '') = ''")).toEqual([]);
  const query = /* sql */ `
    select code as name from app.entity_catalog
     where not exists (select from jsonb_array_elements(columns) c where c ->> 'name' in ('name', 'title', 'description') and c ->> 'baseType' = 'text')`;
  expect(await offenders(query)).toEqual([]);
});

test("is_private is listed in rights", async () => {
  const query = /* sql */ `
    select e.code as name from app.entity_catalog e
     where exists (select from jsonb_array_elements(e.columns) c where c ->> 'name' = 'is_private') <> ('is_private' = any (e.rights))`;
  expect(await offenders(query)).toEqual([]);
});

test("the suite has computed columns, trees, redacted columns, enumerations, and money with a currency", async () => {
  const { rows } = await db.pool.query<{ code: string; name: string; kind: string }>(/* sql */ `
    select e.code, c ->> 'name' as name,
           case when (c ->> 'generated')::boolean then 'computed'
                when c ->> 'references' = e.code then 'tree'
                when c ->> 'name' = any (e.redact) then 'redacted'
                when c ->> 'baseType' = 'enum' then 'enum' end as kind
      from app.entity_catalog e cross join jsonb_array_elements(e.columns) c`);
  const of = (kind: string) => rows.filter((row) => row.kind === kind).map((row) => `${row.code}.${row.name}`);
  expect(of("computed")).toContain("invoice_line.amount");
  expect(of("tree")).toEqual(expect.arrayContaining(["task.parent_task_id", "department.parent_department_id"]));
  expect(of("redacted").sort()).toEqual(["employee.salary", "vendor.iban"]);
  expect(of("enum")).toContain("task.status");
  const money = /* sql */ `
    select e.code as name from app.entity_catalog e
     where exists (select from jsonb_array_elements(e.columns) c where c ->> 'type' = 'numeric(14,2)')
       -- Lines are in the currency of their document.
       and e.code not like '%_line'
       and not exists (select from jsonb_array_elements(e.columns) c where c ->> 'name' = 'currency')`;
  expect(await offenders(money)).toEqual([]);
});
