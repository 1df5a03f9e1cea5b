import { createTestDatabase, type TestDatabase } from "@heliograph/server-kit/testing";
import type pg from "pg";

/**
 * A database with two small live tables: boards, and cards that belong to a board and may refer to a second board and to a
 * parent card. Two organizations, each with an admin and a member.
 */
export interface Boards extends AsyncDisposable {
  readonly db: TestDatabase;
  readonly pool: pg.Pool;
  readonly north: Tenant;
  readonly south: Tenant;
}

export interface Tenant {
  readonly organizationId: string;
  readonly adminId: string;
  readonly memberId: string;
}

const tables = `
  create table app.board (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references app.organization (id),
    name text not null,
    is_private boolean not null default false,
    unique (id, organization_id)
  );
  create table app.card (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references app.organization (id),
    board_id uuid not null,
    seen_on_board_id uuid,
    parent_card_id uuid,
    title text not null,
    title_length int generated always as (length(title)) stored,
    points numeric,
    extra jsonb,
    secret text,
    is_private boolean not null default false,
    unique (id, organization_id),
    foreign key (board_id, organization_id) references app.board (id, organization_id) on delete cascade,
    foreign key (seen_on_board_id, organization_id) references app.board (id, organization_id) on delete set null (seen_on_board_id),
    foreign key (parent_card_id, organization_id) references app.card (id, organization_id) on delete cascade
  );`;

const live = `
  select app.enable_sync('app.board', 'board');
  select app.enable_sync('app.card', 'card', containers => '{board_id,seen_on_board_id}', redact => '{secret}');`;

export async function createBoards(): Promise<Boards> {
  const db = await createTestDatabase({ template: "suite" });
  await db.pool.query(tables);
  await db.pool.query(live);
  return {
    db,
    pool: db.pool,
    north: await createTenant(db.pool, "North"),
    south: await createTenant(db.pool, "South"),
    [Symbol.asyncDispose]: () => db[Symbol.asyncDispose](),
  };
}

async function createTenant(pool: pg.Pool, name: string): Promise<Tenant> {
  const organizationId = await idOf(pool, "insert into app.organization (name) values ($1) returning id", [name]);
  const people: string[] = [];
  for (const role of ["admin", "member"]) {
    const id = await idOf(pool, "insert into app.person (email, fname, lname) values ($1, $2, $3) returning id", [
      `${role}@${name.toLowerCase()}.example`,
      role,
      name,
    ]);
    await pool.query("insert into app.membership (person_id, organization_id, role) values ($1, $2, $3)", [
      id,
      organizationId,
      role,
    ]);
    people.push(id);
  }
  const [adminId = "", memberId = ""] = people;
  return { organizationId, adminId, memberId };
}

export async function insertBoard(pool: pg.Pool, tenant: Tenant, more: { isPrivate?: boolean } = {}): Promise<string> {
  return idOf(pool, "insert into app.board (organization_id, name, is_private) values ($1, 'Board', $2) returning id", [
    tenant.organizationId,
    more.isPrivate ?? false,
  ]);
}

export async function insertCard(
  pool: pg.Pool,
  tenant: Tenant,
  boardId: string,
  more: { id?: string; title?: string; isPrivate?: boolean; secret?: string } = {},
): Promise<string> {
  return idOf(
    pool,
    `insert into app.card (id, organization_id, board_id, title, is_private, secret)
     values (coalesce($1, gen_random_uuid()), $2, $3, $4, $5, $6) returning id`,
    [
      more.id ?? null,
      tenant.organizationId,
      boardId,
      more.title ?? "Card",
      more.isPrivate ?? false,
      more.secret ?? null,
    ],
  );
}

async function idOf(pool: pg.Pool, sql: string, values: unknown[]): Promise<string> {
  const { rows } = await pool.query<{ id: string }>(sql, values);
  const id = rows[0]?.id;
  if (id === undefined) throw new Error(`no row from: ${sql}`);
  return id;
}
