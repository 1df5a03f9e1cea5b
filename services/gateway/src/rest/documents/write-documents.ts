import type { EntityType } from "../../db/entity-type.ts";
import { quoteIdentifier } from "../../db/quote-identifier.ts";
import type { UserClient } from "../../db/user-transaction.ts";
import { RestError } from "../errors/rest-error.ts";
import { Parameters } from "../query/statement-parameters.ts";
import type { Body } from "./body-validator.ts";
import { type Document, selectList, toDocument } from "./document.ts";
import { readOne } from "./read-documents.ts";

/** A column value as the driver sends it: JSON as its text, since the driver would make a PostgreSQL array of a list. */
function encode(type: EntityType, name: string, value: unknown): unknown {
  const column = type.columns.find((candidate) => candidate.name === name);
  if (column?.baseType !== "json" || (value === null && !column.notNull)) return value;
  try {
    return JSON.stringify(value);
  } catch (error) {
    // Nested thousands deep: parsing copes, writing runs out of stack.
    throw new RestError("invalid_body", { message: `${name} is nested too deeply.`, cause: error });
  }
}

/** Inserts a row and returns it. The organization is filled in from the token where the body leaves it out. */
export async function insertDocument(
  client: UserClient,
  type: EntityType,
  body: Body,
  organizationId: string,
): Promise<Document> {
  const { tenantColumn } = type;
  const fills = tenantColumn !== null && tenantColumn !== type.keyColumn && !Object.hasOwn(body, tenantColumn);
  const columns = { ...body, ...(fills ? { [tenantColumn]: organizationId } : {}) };
  const parameters = new Parameters();
  const names = Object.keys(columns).map(quoteIdentifier);
  const values = Object.entries(columns).map(([name, value]) => parameters.add(encode(type, name, value)));
  const { rows } = await client.queryArrays(
    `insert into ${type.qualifiedName} ${names.length > 0 ? `(${names.join(", ")}) values (${values.join(", ")})` : "default values"}
      returning ${selectList(type).join(", ")}`,
    parameters.values,
  );
  return toDocument(type, must(rows[0]));
}

/**
 * Changes columns of one row and returns it.
 * @param version only if this is its version now
 * @throws {RestError} version_conflict, not_permitted, not_found
 */
export async function updateDocument(
  client: UserClient,
  type: EntityType,
  { id, version, body }: { id: string; version: number | undefined; body: Body },
): Promise<Document> {
  const parameters = new Parameters();
  const changes = Object.entries(body).map(
    ([name, value]) => `${quoteIdentifier(name)} = ${parameters.add(encode(type, name, value))}`,
  );
  const { rows } = await client.queryArrays(
    `update ${type.qualifiedName} set ${changes.join(", ")} where ${target(type, id, version, parameters)}
      returning ${selectList(type).join(", ")}`,
    parameters.values,
  );
  if (!rows[0]) throw await whyUntouched(client, type, id, version);
  return toDocument(type, rows[0]);
}

/**
 * Deletes one row and returns the version of its deletion: the one that the change log carries for it, computed from the
 * same two values (the statement's own time, the row's last version).
 * @throws {RestError} version_conflict, not_permitted, not_found
 */
export async function deleteDocument(
  client: UserClient,
  type: EntityType,
  { id, version }: { id: string; version: number | undefined },
): Promise<number> {
  const parameters = new Parameters();
  const { rows } = await client.query<{ version: number }>(
    `delete from ${type.qualifiedName} where ${target(type, id, version, parameters)}
      returning greatest(version + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version`,
    parameters.values,
  );
  if (!rows[0]) throw await whyUntouched(client, type, id, version);
  return rows[0].version;
}

function target(type: EntityType, id: string, version: number | undefined, parameters: Parameters): string {
  const key = `${quoteIdentifier(type.keyColumn)} = ${parameters.add(id)}`;
  return version === undefined ? key : `${key} and version = ${parameters.add(version)}`;
}

/** Says why a write met no row, from what the caller may read: what he may not read does not exist. */
async function whyUntouched(
  client: UserClient,
  type: EntityType,
  id: string,
  version: number | undefined,
): Promise<RestError> {
  const current = await readOne(client, type, id);
  if (!current) return new RestError("not_found");
  if (version !== undefined && current["version"] !== version) return new RestError("version_conflict", { current });
  return new RestError("not_permitted");
}

function must(row: unknown[] | undefined): unknown[] {
  if (!row) throw new Error("INSERT … RETURNING returned nothing");
  return row;
}
