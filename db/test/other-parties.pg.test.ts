import { randomUUID } from "node:crypto";
import { createTestDatabase } from "@heliograph/server-kit/testing";
import { databaseNames } from "@heliograph/shared/database-names";
import pg from "pg";
import { expect, test } from "vitest";
import { dumpCatalog } from "../src/index.ts";

/** Roles of one test, because roles belong to the whole server. */
interface Roles {
  /** Owns the tables; no superuser. */
  readonly owner: string;
  /** Has rights on the table only where a shape grants them. */
  readonly other: string;
  /** BYPASSRLS, as roles that dump a database should have. */
  readonly dump: string;
  /** A job, as of pg_cron: a login that is a member of the owner. */
  readonly job: string;
}

interface Shape {
  readonly what: string;
  readonly setup?: (roles: Roles) => string;
  readonly enable: string;
  /** Probes whose error differs while the table is live. */
  readonly accepted?: readonly string[];
}

const secondRole = ({ other }: Roles): string =>
  `grant select, insert, update, delete on shop.item to ${other}; grant usage on sequence shop.item_id_seq to ${other}`;

const shapes: readonly Shape[] = [
  {
    what: "rows of tenants",
    enable: "select heliograph.enable_sync('shop.item', tenant => 'org')",
    // The role has no right on the table, and is told so in other words.
    accepted: ["the second role reads with row_security off"],
  },
  {
    what: "rows of persons",
    enable: "select heliograph.enable_sync('shop.item', owner => 'user_id')",
    accepted: ["the second role reads with row_security off"],
  },
  {
    what: "public rows, which a second role uses",
    setup: secondRole,
    enable: "select heliograph.enable_sync('shop.item', public => true)",
  },
  {
    what: "policies of its own, also for a second role",
    setup: (roles) => `${secondRole(roles)};
      alter table shop.item enable row level security;
      create policy app_reads on shop.item for select to heliograph_app using (org = 1);
      create policy other_role on shop.item to ${roles.other} using (org = 2) with check (org = 2)`,
    enable: "select heliograph.enable_sync('shop.item')",
  },
  {
    what: "rows of tenants, which a second role uses, accepted",
    setup: secondRole,
    enable: "select heliograph.enable_sync('shop.item', tenant => 'org', access => 'policy')",
    accepted: ["the second role copies in", "the second role reads with row_security off"],
  },
];

const schema = ({ owner, other, dump, job }: Roles): string => `
  create role ${owner}; create role ${other}; create role ${dump} bypassrls; create role ${job}; grant ${owner} to ${job};
  grant pg_execute_server_program to ${owner}, ${other}, ${dump};
  create schema shop authorization ${owner};
  grant usage on schema shop to ${other}, ${dump};
  set role ${owner};
  create table shop.item (id serial primary key, org int not null, user_id text, name text not null check (name <> ''), price numeric, changed int not null default 0);
  insert into shop.item (org, user_id, name, price) select 1 + n % 2, 'u' || n % 3, 'item ' || n, n from generate_series(1, 40) n;
  create table shop.review (item_id int references shop.item (id) on delete cascade, text text);
  create view shop.dear as select id, name from shop.item where price > 30;
  create materialized view shop.total as select org, count(*) as items from shop.item group by org;
  create function shop.count_change() returns trigger language plpgsql as 'begin new.changed := old.changed + 1; return new; end';
  create trigger count_change before update on shop.item for each row execute function shop.count_change();
  grant select on shop.item, shop.dear to ${dump};
  grant select on shop.dear to ${other};
  reset role;`;

const columns = "org, user_id, name, price, changed";

/** What each party does; every probe runs in a transaction that is rolled back. */
const probes = ({
  owner,
  other,
  dump,
  job,
}: Roles): readonly (readonly [what: string, role: string, sql: string])[] => [
  ["the owner reads", owner, `select id, ${columns} from shop.item order by id`],
  ["the owner inserts", owner, "insert into shop.item (org, name) values (3, 'new') returning org, name, changed"],
  ["the owner breaks a check", owner, "insert into shop.item (org, name) values (3, '')"],
  ["the owner changes", owner, "update shop.item set price = 0 where id < 9 returning id, changed"],
  [
    "the owner deletes, with a cascade",
    owner,
    "insert into shop.review values (1, 'x'); delete from shop.item where id = 1; select * from shop.review",
  ],
  [
    "the owner copies in",
    owner,
    `copy shop.item (org, name) from program 'printf "4\\tcopied\\n"'; select count(*)::int from shop.item where org = 4`,
  ],
  ["the owner copies out", owner, `copy shop.item (id, ${columns}) to program 'cat > /dev/null'`],
  ["the owner reads with row_security off", owner, "set local row_security = off; select count(*)::int from shop.item"],
  [
    "the owner refreshes a materialized view",
    owner,
    "refresh materialized view shop.total; select * from shop.total order by org",
  ],
  [
    "the owner refers from a table that is not live",
    owner,
    "insert into shop.review values (2, 'x') returning item_id",
  ],
  ["the owner refers to a row that does not exist", owner, "insert into shop.review values (4711, 'x')"],
  [
    "the owner changes types and drops columns",
    owner,
    "alter table shop.item drop price cascade, alter org type bigint, drop user_id",
  ],
  ["the second role reads", other, `select id, ${columns} from shop.item order by id`],
  ["the second role inserts", other, "insert into shop.item (org, name) values (2, 'new') returning org, name"],
  [
    "the second role inserts elsewhere",
    other,
    "insert into shop.item (org, name) values (3, 'new') returning org, name",
  ],
  ["the second role changes", other, "update shop.item set price = 0 where id < 9 returning id, changed"],
  ["the second role deletes", other, "delete from shop.item where id = 8 returning id"],
  ["the second role copies in", other, `copy shop.item (org, name) from program 'printf "2\\tcopied\\n"'`],
  ["the second role copies out", other, `copy (select id, ${columns} from shop.item) to program 'cat > /dev/null'`],
  [
    "the second role reads with row_security off",
    other,
    "set local row_security = off; select count(*)::int from shop.item",
  ],
  ["the second role reads through a view", other, "select * from shop.dear order by id"],
  [
    "a dump reads with row_security off",
    dump,
    `set local row_security = off; select id, ${columns} from shop.item order by id`,
  ],
  [
    "a dump copies out",
    dump,
    `set local row_security = off; copy shop.item (id, ${columns}) to program 'cat > /dev/null'`,
  ],
  ["a job changes", job, "update shop.item set price = price * 2 where org = 1 returning id, price"],
];

/** Rows or error of every probe. */
async function probe(client: pg.Client, roles: Roles): Promise<Record<string, unknown>> {
  const outcome: Record<string, unknown> = {};
  for (const [what, role, sql] of probes(roles)) {
    await client.query(`begin; set local role ${role}`);
    outcome[what] = await client.query(sql).then(
      (result) => [result].flat().map(({ command, rowCount, rows }) => ({ command, rowCount, rows })),
      (error: pg.DatabaseError) => ({ code: error.code, message: error.message }),
    );
    await client.query("rollback; alter sequence shop.item_id_seq restart with 1000");
  }
  return outcome;
}

test.each(shapes)("nobody else notices that a table goes live, nor that it ends: $what", async (shape) => {
  await using db = await createTestDatabase({ template: "core" });
  const suffix = randomUUID().slice(0, 8);
  const roles: Roles = { owner: `o_${suffix}`, other: `s_${suffix}`, dump: `d_${suffix}`, job: `j_${suffix}` };
  const client = new pg.Client({ connectionString: db.url() });
  await client.connect();
  try {
    await client.query(schema(roles));
    if (shape.setup) await client.query(shape.setup(roles));
    const state = async () => ({
      core: (await dumpCatalog(db.url(), databaseNames("heliograph", "heliograph"))).replaceAll(suffix, ""),
      table: (
        await client.query(
          `select to_jsonb(c) - '{oid,relfilenode,relfrozenxid,relminmxid,relpages,reltuples,relallvisible,relallfrozen,relhastriggers,relnatts,relacl,reltype,relhasrules}'::text[] as class,
             (select jsonb_agg(x order by x) from (select g.grantee::regrole::text, g.privilege_type from aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) g) x) as acl,
             (select jsonb_agg(to_jsonb(a) - '{attcacheoff}'::text[] order by attnum) from pg_attribute a where attrelid = c.oid and not attisdropped) as columns,
             (select jsonb_agg(pg_get_triggerdef(oid) order by oid) from pg_trigger where tgrelid = c.oid) as triggers,
             (select jsonb_agg(to_jsonb(p) order by polname) from pg_policy p where polrelid = c.oid) as policies,
             (select jsonb_agg(x order by x) from (select g.grantee::regrole::text, g.privilege_type from aclexplode(n.nspacl) g) x) as schema_acl
           from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = 'shop.item'::regclass`,
        )
      ).rows,
    });
    const [before, was] = [await probe(client, roles), await state()];
    await client.query(shape.enable);
    const live = await probe(client, roles);
    const different = Object.keys(before).filter((what) => JSON.stringify(before[what]) !== JSON.stringify(live[what]));
    expect(different).toEqual(shape.accepted ?? []);
    for (const what of different) expect(live[what]).toMatchObject({ code: expect.stringMatching(/^(42501|0A000)$/) });
    expect((await client.query("select * from heliograph.check_sync()")).rows).toEqual([]);
    await client.query("select heliograph.disable_sync('item')");
    expect(await probe(client, roles)).toEqual(before);
    expect(await state()).toEqual(was);
  } finally {
    await client.end();
    await db.pool.query(
      `drop schema shop cascade; ${Object.values(roles)
        .map((role) => `drop owned by ${role}; drop role ${role}`)
        .join("; ")}`,
    );
  }
});
