import { expect, test } from "vitest";
import { createBoards } from "./support/boards.ts";
import { openSession } from "./support/session.ts";

interface Column {
  readonly name: string;
  readonly [property: string]: unknown;
}

test("the catalog describes every column of a live table, in table order", async () => {
  await using boards = await createBoards();
  await boards.pool.query(`
    create type app.shade as enum ('dark', 'light', 'grey');
    create domain app.short as varchar(12);
    create collation app.loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
    alter table app.card add column code varchar(40) default 'none', add column shade app.shade, add column shades app.shade[],
      add column due date, add column at timestamptz, add column n int, add column big bigint, add column people uuid[],
      add column nick app.short, add column place point, add column plan json, add column numbers int2vector,
      add column spots point[], add column tag text collate app.loose, add column xids xid[], add column gone text;
    alter table app.card drop column gone;
    comment on column app.card.due is 'Until when.';`);
  await using gateway = await openSession(boards.db, "heliograph_gateway");
  const [row] = await gateway.query<{ columns: Column[] }>("select * from app.entity_catalog where code = 'card'");
  expect(row).toMatchObject({
    code: "card",
    schema_name: "app",
    table_name: "card",
    key_columns: ["id"],
    tenant_column: "organization_id",
    key_text: "id::text",
    key_texts: ["id::text"],
    version_column: "sync_version",
    containers: ["board_id", "seen_on_board_id"],
    container_codes: ["board", "board"],
    rights: [],
    redact: ["secret"],
    public: false,
  });
  const columns = new Map(row?.columns.map((column) => [column.name, column]));
  expect([...columns.keys()].slice(0, 4)).toEqual(["id", "organization_id", "board_id", "seen_on_board_id"]);
  expect(columns.has("gone")).toBe(false);
  expect(columns.get("id")).toEqual({
    name: "id",
    type: "uuid",
    baseType: "uuid",
    notNull: true,
    hasDefault: true,
    generated: false,
    maxLength: null,
    enumValues: null,
    references: null,
    sortable: true,
    comparable: true,
    deterministic: true,
    comment: null,
  });
  const expected: Record<string, object> = {
    organization_id: { references: "organization" },
    board_id: { references: "board", notNull: true, hasDefault: false },
    seen_on_board_id: { references: "board", notNull: false },
    parent_card_id: { references: "card" },
    title: { baseType: "text", type: "text" },
    title_length: { baseType: "int", generated: true, hasDefault: false },
    points: { baseType: "numeric" },
    extra: { baseType: "json" },
    is_private: { baseType: "boolean", hasDefault: true },

    code: { baseType: "text", maxLength: 40, hasDefault: true },
    shade: { baseType: "enum", enumValues: ["dark", "light", "grey"] },
    shades: { baseType: "enum[]", enumValues: ["dark", "light", "grey"] },
    due: { baseType: "date", comment: "Until when." },
    at: { baseType: "timestamptz" },
    n: { baseType: "int" },
    big: { baseType: "bigint" },
    people: { baseType: "uuid[]" },
    nick: { baseType: "text", maxLength: 12, sortable: true },
    place: { baseType: "point", sortable: false, comparable: false },
    plan: { baseType: "json", sortable: false, comparable: false },
    numbers: { baseType: "int2vector", sortable: false, comparable: false },
    spots: { baseType: "point[]", sortable: false, comparable: false },
    tag: { baseType: "text", sortable: true, comparable: true, deterministic: false },
    xids: { baseType: "xid[]", sortable: false, comparable: true },
  };
  for (const [name, properties] of Object.entries(expected)) expect(columns.get(name), name).toMatchObject(properties);
});
