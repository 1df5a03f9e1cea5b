import { createTestDatabase, type TestDatabase } from "@heliograph/server-kit/testing";
import { afterAll, beforeAll, expect, test } from "vitest";

// Rules that every table of the suite follows. Each query returns the offenders by name, so an empty list is the only
// good answer and a bad one says where to look.

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

test("every foreign key between tables of a tenant carries organization_id on both sides", async () => {
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

test("no foreign key sets organization_id to null when its parent goes", async () => {
  const query = /* sql */ `
    select format('%s: %s', k.conrelid::regclass, pg_get_constraintdef(k.oid)) as name
      from pg_constraint k join app.entity_type e on e.table_name = k.conrelid
     where k.contype = 'f' and k.confdeltype in ('n', 'd')
       and (k.confdelsetcols is null or exists (
         select from pg_attribute a where a.attrelid = k.conrelid and a.attnum = any (k.confdelsetcols) and a.attnotnull))`;
  expect(await offenders(query)).toEqual([]);
});

test("no foreign key points at an account: it would tell which ids are people of other organizations", async () => {
  const query = /* sql */ `
    select k.conrelid::regclass::text as name from pg_constraint k join app.entity_type e on e.table_name = k.conrelid
     where k.contype = 'f' and k.confrelid = 'app.person'::regclass`;
  expect(await offenders(query)).toEqual([]);
});

test("every type of a tenant is unique by id and organization", async () => {
  const query = /* sql */ `
    select e.code as name from app.entity_type e
     where e.code <> 'organization' and not exists (
       select from pg_constraint k
        where k.conrelid = e.table_name and k.contype = 'u'
          and (select array_agg(a.attname::text order by a.attname) from pg_attribute a where a.attrelid = k.conrelid and a.attnum = any (k.conkey))
              = array['id', 'organization_id'])`;
  expect(await offenders(query)).toEqual([]);
});

test("the columns of every foreign key lead an index", async () => {
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

test("every type says what it is, and has a column that names a row", async () => {
  expect(await offenders("select code as name from app.entity_catalog where coalesce(comment, '') = ''")).toEqual([]);
  const query = /* sql */ `
    select code as name from app.entity_catalog
     where not exists (select from jsonb_array_elements(columns) c where c ->> 'name' in ('name', 'title', 'description') and c ->> 'baseType' = 'text')`;
  expect(await offenders(query)).toEqual([]);
});

test("private rows change rights, and every row of a tenant lies in its organization", async () => {
  const query = /* sql */ `
    select e.code as name from app.entity_catalog e
     where exists (select from jsonb_array_elements(e.columns) c where c ->> 'name' = 'is_private') <> ('is_private' = any (e.rights))
        or e.tenant_column <> all (e.containers)`;
  expect(await offenders(query)).toEqual([]);
});

test("the suite shows one of each: computed columns, a tree, redaction, enumerations, money with its currency", async () => {
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
