import { keyCondition } from "../../db/entity-id.ts";
import type { EntityType } from "../../db/entity-type.ts";
import { containsPattern, StatementParameters } from "../../db/statement-parameters.ts";
import type { UserClient } from "../../db/user-transaction.ts";
import { filterCondition, patternText } from "../query/filter.ts";
import type { ListQuery } from "../query/list-query.ts";
import { encodePageCursor } from "../query/page-cursor.ts";
import { searchColumns } from "../query/search-columns.ts";
import { afterPageCursor, orderBy, pageAlias, pageCursorExpressions } from "../query/sort.ts";
import { type Document, selectList, toDocument } from "./document.ts";

export type Page = { readonly items: Document[]; readonly nextCursor: string | null };

/** The statement of a page. It reads one row more than requested, to find out whether there is a next page. */
export function pageStatement(type: EntityType, query: ListQuery): { text: string; values: unknown[] } {
  const parameters = new StatementParameters();
  const conditions = query.filters.map((filter) => filterCondition(filter, parameters));
  if (query.search !== undefined) {
    const pattern = parameters.add(containsPattern(query.search));
    const matches = searchColumns(type).map((column) => `${patternText(column)} ilike ${pattern}`);
    conditions.push(`(${matches.join(" or ") || "false"})`);
  }
  if (query.after) conditions.push(afterPageCursor(query.sort, query.after, parameters));
  const text = [
    `select ${[...selectList(type), ...pageCursorExpressions(query.sort)].join(", ")}`,
    `from ${type.qualifiedName} as ${pageAlias}`,
    conditions.length > 0 ? `where ${conditions.join(" and ")}` : "",
    `order by ${orderBy(query.sort)}`,
    `limit ${query.limit + 1}`,
  ].join(" ");
  return { text, values: parameters.values };
}

export async function readPage(client: UserClient, type: EntityType, query: ListQuery): Promise<Page> {
  const { text, values } = pageStatement(type, query);
  const { rows } = await client.queryTexts(text, values);
  const page = rows.slice(0, query.limit);
  const last = rows.length > query.limit ? page.at(-1) : undefined;
  const cursor = last?.slice(selectList(type).length);
  return {
    items: page.map((row) => toDocument(type, row)),
    nextCursor: cursor ? encodePageCursor(query.fingerprint, cursor) : null,
  };
}

/** Reads rows by id, in the order of the ids. Ids of missing and of unreadable rows are in `gone`. */
export async function readMany(
  client: UserClient,
  type: EntityType,
  ids: readonly string[],
): Promise<{ items: Document[]; gone: string[] }> {
  const parameters = new StatementParameters();
  const { rows } = await client.queryTexts(
    `select ${selectList(type).join(", ")} from ${type.qualifiedName} where ${keyCondition(type, ids, parameters)}`,
    parameters.values,
  );
  const found = new Map(
    rows.map((row) => {
      const document = toDocument(type, row);
      return [document.$id, document];
    }),
  );
  return {
    items: ids.map((id) => found.get(id)).filter((document) => document !== undefined),
    gone: ids.filter((id) => !found.has(id)),
  };
}

export async function readOne(client: UserClient, type: EntityType, id: string): Promise<Document | undefined> {
  const { items } = await readMany(client, type, [id]);
  return items[0];
}
