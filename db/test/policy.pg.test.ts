import { expect, test } from "vitest";
import { asUser } from "./support/as-user.ts";
import { type Boards, createBoards, insertBoard, insertCard, type Tenant } from "./support/boards.ts";

const member = (tenant: Tenant) => ({ personId: tenant.memberId, organizationId: tenant.organizationId });
const admin = (tenant: Tenant) => ({ personId: tenant.adminId, organizationId: tenant.organizationId });
const REFUSED = { code: "42501", message: expect.stringContaining("row-level security") };

async function visibleCards(boards: Boards, caller: { personId: string; organizationId: string }): Promise<string[]> {
  const rows = await asUser(boards.db, caller, (query) => query<{ id: string }>("select id from app.card order by id"));
  return rows.map(({ id }) => id);
}

async function grant({ pool }: Boards, code: string, id: string, tenant: Tenant): Promise<void> {
  await pool.query(
    "insert into app.entity_grant (entity_code, entity_id, person_id, organization_id) values ($1, $2, $3, $4)",
    [code, id, tenant.memberId, tenant.organizationId],
  );
}

test("members see only rows of the organization that they are signed in to", async () => {
  await using boards = await createBoards();
  const { pool, north, south } = boards;
  const mine = await insertCard(pool, north, await insertBoard(pool, north));
  await insertCard(pool, south, await insertBoard(pool, south));
  expect(await visibleCards(boards, member(north))).toEqual([mine]);
  expect(await visibleCards(boards, { personId: north.memberId, organizationId: south.organizationId })).toEqual([]);
  const changed = await asUser(boards.db, member(south), (query) =>
    query("update app.card set title = 'stolen' where id = $1 returning id", [mine]),
  );
  expect(changed).toEqual([]);
});

test("without a person and organization, no row is visible", async () => {
  await using boards = await createBoards();
  await insertCard(boards.pool, boards.north, await insertBoard(boards.pool, boards.north));
  const rows = await asUser(boards.db, { personId: "", organizationId: "" }, (query) => query("select from app.card"));
  expect(rows).toEqual([]);
});

// Fails when such a text is cast: a token of another issuer would answer every request with an error.
test("a person or tenant whose text is no value of the column's type sees no row, and is no error", async () => {
  await using boards = await createBoards();
  await insertCard(boards.pool, boards.north, await insertBoard(boards.pool, boards.north));
  for (const text of ["7", "auth0|5f7c8ec7", "é'\"\\"]) {
    const { memberId, organizationId } = boards.north;
    expect(await visibleCards(boards, { personId: memberId, organizationId: text }), text).toEqual([]);
    expect(await visibleCards(boards, { personId: text, organizationId }), text).toEqual([]);
  }
});

test("rights end with the membership, even if the session still has its settings", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  await insertCard(pool, north, await insertBoard(pool, north));
  await pool.query("delete from app.membership where person_id = $1", [north.memberId]);
  expect(await visibleCards(boards, member(north))).toEqual([]);
});

test("a private row is visible to admins and to persons with a grant", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  const card = await insertCard(pool, north, await insertBoard(pool, north), { isPrivate: true });
  expect(await visibleCards(boards, admin(north))).toEqual([card]);
  expect(await visibleCards(boards, member(north))).toEqual([]);
  await grant(boards, "card", card, north);
  expect(await visibleCards(boards, member(north))).toEqual([card]);
  await pool.query("delete from app.entity_grant");
  expect(await visibleCards(boards, member(north))).toEqual([]);
});

test("an expired grant counts until it is deleted, so that rights never change without a signal", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  const card = await insertCard(pool, north, await insertBoard(pool, north), { isPrivate: true });
  await grant(boards, "card", card, north);
  await pool.query("update app.entity_grant set expires_ts = now() - interval '1 day'");
  expect(await visibleCards(boards, member(north))).toEqual([card]);
  await pool.query("select app.expire_grants()");
  expect(await visibleCards(boards, member(north))).toEqual([]);
});

test("a row cannot be inserted into another organization or moved there", async () => {
  await using boards = await createBoards();
  const { pool, north, south } = boards;
  const [mine, theirs] = [await insertBoard(pool, north), await insertBoard(pool, south)];
  await insertCard(pool, north, mine);
  const insert = "insert into app.card (organization_id, board_id, title) values ($1, $2, 'x')";
  await expect(
    asUser(boards.db, member(north), (query) => query(insert, [south.organizationId, theirs])),
  ).rejects.toMatchObject(REFUSED);
  await expect(
    asUser(boards.db, member(north), (query) =>
      query("update app.card set organization_id = $1, board_id = $2", [south.organizationId, theirs]),
    ),
  ).rejects.toMatchObject(REFUSED);
});

test("a row cannot refer to a parent that its writer cannot see, and the error does not reveal whether the parent exists", async () => {
  await using boards = await createBoards();
  const { pool, north, south } = boards;
  const [open, hidden, foreign] = [
    await insertBoard(pool, north),
    await insertBoard(pool, north, { isPrivate: true }),
    await insertBoard(pool, south),
  ];
  const hiddenCard = await insertCard(pool, north, open, { isPrivate: true });
  const insert = (board: string, parent: string | null) =>
    asUser(boards.db, member(north), (query) =>
      query(
        "insert into app.card (organization_id, board_id, parent_card_id, title) values ($1, $2, $3, 'x') returning id",
        [north.organizationId, board, parent],
      ),
    );
  expect(await insert(open, null)).toHaveLength(1);
  const absent = "00000000-0000-4000-8000-000000000000";
  for (const [board, parent] of [
    [hidden, null],
    [foreign, null],
    [absent, null],
    [open, hiddenCard],
    [open, absent],
  ] as const) {
    await expect(insert(board, parent)).rejects.toMatchObject(REFUSED);
  }
  await expect(
    asUser(boards.db, member(north), (query) => query("update app.card set board_id = $1", [hidden])),
  ).rejects.toMatchObject(REFUSED);

  await grant(boards, "board", hidden, north);
  await grant(boards, "card", hiddenCard, north);
  expect(await insert(hidden, hiddenCard)).toHaveLength(1);
});

test("the check of parents also applies to children that went live before their parent", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  await pool.query(`
    create table app.shelf (id uuid primary key default gen_random_uuid(), organization_id uuid not null, is_private boolean not null default false, unique (id, organization_id));
    create table app.book (id uuid primary key default gen_random_uuid(), organization_id uuid not null, shelf_id uuid,
      foreign key (shelf_id, organization_id) references app.shelf (id, organization_id));
    select app.enable_sync('app.book', 'book');
    select app.enable_sync('app.shelf', 'shelf');`);
  const { rows } = await pool.query<{ id: string }>(
    "insert into app.shelf (organization_id, is_private) values ($1, true) returning id",
    [north.organizationId],
  );
  await expect(
    asUser(boards.db, member(north), (query) =>
      query("insert into app.book (organization_id, shelf_id) values ($1, $2)", [north.organizationId, rows[0]?.id]),
    ),
  ).rejects.toMatchObject(REFUSED);
});

test("a parent and its children can be written by one statement", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  const board = await insertBoard(pool, north);
  const [parent, child] = ["00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"];
  await asUser(boards.db, member(north), (query) =>
    query(
      `insert into app.card (id, organization_id, board_id, parent_card_id, title)
       values ('${parent}', $1, $2, null, 'parent'), ('${child}', $1, $2, '${parent}', 'child')`,
      [north.organizationId, board],
    ),
  );
  expect(await visibleCards(boards, member(north))).toEqual([parent, child]);
});

test("context functions run once per statement, not per row", async () => {
  await using boards = await createBoards();
  const plan = await asUser(boards.db, member(boards.north), (query) =>
    query<{ "QUERY PLAN": string }>("explain select * from app.card"),
  );
  const text = plan.map((row) => row["QUERY PLAN"]).join("\n");
  expect(text).toMatch(/InitPlan/);
  expect(text).not.toMatch(/Filter:.*current_tenant_id\(\)/);
});

test("every foreign key between tenant tables of the suite includes the organization", async () => {
  await using boards = await createBoards();
  const { rows } = await boards.pool.query(
    `select k.conrelid::regclass::text as table, k.conname
       from pg_constraint k
       join app.entity_type c on c.table_name = k.conrelid join app.entity_type p on p.table_name = k.confrelid
      where k.contype = 'f' and c.tenant_column = 'organization_id' and p.tenant_column = 'organization_id'
        and not exists (select 1 from unnest(k.conkey) n join pg_attribute a on a.attrelid = k.conrelid and a.attnum = n where a.attname = 'organization_id')`,
  );
  expect(rows).toEqual([]);
});
