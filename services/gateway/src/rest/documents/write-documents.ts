import { must } from "@heliograph/shared/must";
import { isKeyColumn, keyCondition } from "../../db/entity-id.ts";
import type { Column, EntityType } from "../../db/entity-type.ts";
import { quoteIdentifier } from "../../db/quote-identifier.ts";
import { StatementParameters } from "../../db/statement-parameters.ts";
import type { UserClient, UserContext } from "../../db/user-transaction.ts";
import { RestError } from "../errors/rest-error.ts";
import { parameterOf } from "../values/value-of-body.ts";
import type { Body } from "./body-validator.ts";
import { type Document, selectList, toDocument } from "./document.ts";
import { readOne } from "./read-documents.ts";

function columnOf(type: EntityType, name: string): Column {
  return must(
    type.columns.find((column) => column.name === name),
    `the column ${name} of ${type.code}`,
  );
}

/** The assignment of a value to a column. Documents show SQL's and JSON's null alike, so writing null keeps either. */
function assignment(column: Column, value: unknown, parameters: StatementParameters): string {
  const name = quoteIdentifier(column.name);
  if (column.baseType === "json" && value === null)
    return `${name} = case when json_typeof(${name}::json) = 'null' then ${name} end`;
  return `${name} = ${parameters.add(parameterOf(column, value))}`;
}

/** Inserts a row and returns it. A tenant or owner that the body lacks is taken from the token. */
export async function insertDocument(
  client: UserClient,
  type: EntityType,
  body: Body,
  { organizationId, personId }: UserContext,
): Promise<Document> {
  const columns = new Map(body);
  for (const [column, id] of [
    [type.tenantColumn, organizationId],
    [type.ownerColumn, personId],
  ] as const)
    if (column !== null && !isKeyColumn(type, column) && !body.has(column)) columns.set(column, id);
  const parameters = new StatementParameters();
  const names = [...columns.keys()].map(quoteIdentifier);
  const values = [...columns].map(([name, value]) => parameters.add(parameterOf(columnOf(type, name), value)));
  const { rows } = await client.queryTexts(
    `insert into ${type.qualifiedName} ${names.length > 0 ? `(${names.join(", ")}) values (${values.join(", ")})` : "default values"}
      returning ${selectList(type).join(", ")}`,
    parameters.values,
  );
  return toDocument(type, must(rows[0], "a row from INSERT … RETURNING"));
}

/**
 * Changes columns of one row and returns it.
 * @param version the expected current version; undefined for any
 * @throws {RestError} version_conflict, not_permitted, not_found
 */
export async function updateDocument(
  client: UserClient,
  type: EntityType,
  { id, version, body }: { id: string; version: number | undefined; body: Body },
): Promise<Document> {
  const parameters = new StatementParameters();
  const changes = [...body].map(([name, value]) => assignment(columnOf(type, name), value, parameters));
  const { rows } = await client.queryTexts(
    `update ${type.qualifiedName} set ${changes.join(", ")} where ${target(type, id, version, parameters)}
      returning ${selectList(type).join(", ")}`,
    parameters.values,
  );
  if (!rows[0]) throw await explainUnmatchedWrite(client, type, id, version);
  return toDocument(type, rows[0]);
}

/**
 * Deletes one row and returns the version of its deletion. It equals the version in the change log, because both are
 * computed from the time of the statement and the last version of the row.
 * @throws {RestError} version_conflict, not_permitted, not_found
 */
export async function deleteDocument(
  client: UserClient,
  type: EntityType,
  { id, version }: { id: string; version: number | undefined },
): Promise<number> {
  const parameters = new StatementParameters();
  const { rows } = await client.query<{ version: number }>(
    `delete from ${type.qualifiedName} where ${target(type, id, version, parameters)}
      returning greatest(${quoteIdentifier(type.versionColumn)} + 1, (extract(epoch from statement_timestamp()) * 1000000)::bigint) as version`,
    parameters.values,
  );
  if (!rows[0]) throw await explainUnmatchedWrite(client, type, id, version);
  return rows[0].version;
}

function target(type: EntityType, id: string, version: number | undefined, parameters: StatementParameters): string {
  const key = keyCondition(type, [id], parameters);
  return version === undefined ? key : `${key} and ${quoteIdentifier(type.versionColumn)} = ${parameters.add(version)}`;
}

/** The error of a write that matched no row. For a row that the caller may not read it is not_found. */
async function explainUnmatchedWrite(
  client: UserClient,
  type: EntityType,
  id: string,
  version: number | undefined,
): Promise<RestError> {
  const current = await readOne(client, type, id);
  if (!current) return new RestError("not_found");
  if (version !== undefined && current.$version !== version) return new RestError("version_conflict", { current });
  return new RestError("not_permitted");
}
