import type { EntityType } from "../../db/entity-type.ts";
import { documentFields, fieldName } from "../../rest/entity/document-fields.ts";
import { bodySchema, documentSchema, idSchema } from "../documents/body-schema.ts";
import { columnSchema, type JsonSchema } from "../documents/column-schema.ts";
import { restErrorCatalog } from "../errors/error-catalog.ts";
import { type FilterOperator, operatorsOf } from "../query/filter.ts";
import {
  defaultLimit,
  endsInOperator,
  maxIds,
  maxLimit,
  maxSearchLength,
  reservedParameters,
} from "../query/list-query.ts";
import { searchColumns } from "../query/search-columns.ts";
import { fixedPaths } from "./fixed-paths.ts";

/** The schema name of an entity code: `TaskComment` for `task_comment`. */
export function schemaName(entityCode: string): string {
  return entityCode
    .split("_")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}

const json = (schema: JsonSchema): object => ({ "application/json": { schema } });
const reference = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });
const idempotencyKey = {
  name: "Idempotency-Key",
  in: "header",
  description: "A repetition with the same key has no second effect and returns the current row.",
  schema: { type: "string", minLength: 1, maxLength: 200 },
};
const ifMatch = {
  name: "If-Match",
  in: "header",
  description: "Expected version of the row. If absent, any version is changed.",
  schema: { type: "string" },
};

/** Error responses, grouped by status. */
function failures(...codes: (keyof typeof restErrorCatalog)[]): Record<string, object> {
  const byStatus = new Map<number, string[]>();
  for (const code of [...codes, "rule_violation", "unauthenticated", "token_expired", "unavailable"] as const) {
    const { status } = restErrorCatalog[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, names]) => [
      String(status),
      { description: names.join(", "), content: json(reference("Error")) },
    ]),
  );
}

/** The shortest name of a filter: the field, or with the operator if the field reads as a parameter or ends in an operator. */
function filterName(field: string, operators: readonly FilterOperator[]): string {
  const plain = operators.includes("eq") && !reservedParameters.has(field) && !endsInOperator(field);
  return plain ? field : `${field}.${operators[0]}`;
}

function filterParameters(type: EntityType): object[] {
  return [...documentFields(type)].map(([name, column]) => {
    const operators = operatorsOf(column);
    return {
      name: filterName(name, operators),
      in: "query",
      description: `Operators, as ${name}.<operator>: ${operators.join(", ")}.`,
      schema: columnSchema({ ...column, notNull: true, comment: null }),
    };
  });
}

function unsortable(type: EntityType): string {
  const names = [...documentFields(type)].filter(([, column]) => !column.sortable).map(([name]) => name);
  return names.length === 0 ? "" : ` Columns without an order: ${names.join(", ")}.`;
}

function listParameters(type: EntityType): object[] {
  const text = (name: string, description: string, more: JsonSchema = {}): object => ({
    name,
    in: "query",
    description,
    schema: { type: "string", ...more },
  });
  return [
    {
      name: "limit",
      in: "query",
      description: "Maximum rows of a page.",
      schema: { type: "integer", minimum: 1, maximum: maxLimit, default: defaultLimit },
    },
    text(
      "sort",
      `Columns separated by commas, each percent-encoded inside the list, with \`-\` before a column for descending order. The key decides between equal rows.${unsortable(type)}`,
    ),
    text("cursor", "`nextCursor` of the previous page of the same query."),
    text(
      "q",
      `Text to find in ${searchColumns(type)
        .map(({ name }) => fieldName(name))
        .join(", ")}.`,
      { maxLength: maxSearchLength },
    ),
    text(
      "ids",
      `Up to ${maxIds} ids separated by commas, each percent-encoded inside the list, instead of all other parameters.`,
    ),
    ...filterParameters(type),
  ];
}

function entityPaths(type: EntityType): Record<string, object> {
  const name = schemaName(type.code);
  const document = { description: "The row.", content: json(reference(name)) };
  const common = { tags: [type.code] };
  const base = `/api/v1/${type.code}`;
  const id = idSchema(type);
  const idParameter = { name: "id", in: "path", required: true, description: "`$id` of the row.", schema: id };
  return {
    [base]: {
      get: {
        ...common,
        operationId: `list${name}`,
        summary: `List rows of ${type.code}`,
        parameters: listParameters(type),
        responses: {
          200: {
            description: "A page of rows; with `ids`, the rows and the ids that are gone.",
            content: json({
              type: "object",
              properties: {
                items: { type: "array", items: reference(name) },
                nextCursor: { type: ["string", "null"] },
                gone: { type: "array", items: id },
              },
              required: ["items"],
            }),
          },
          ...failures("invalid_query", "unknown_column"),
        },
      },
      post: {
        ...common,
        operationId: `create${name}`,
        summary: `Create a row of ${type.code}`,
        parameters: [idempotencyKey],
        requestBody: { required: true, content: json(reference(`${name}Create`)) },
        responses: {
          201: document,
          ...failures(
            "invalid_body",
            "unknown_column",
            "read_only_column",
            "already_exists",
            "reference_violation",
            "check_violation",
            "idempotency_mismatch",
          ),
        },
      },
    },
    [`${base}/{id}`]: {
      parameters: [idParameter],
      get: {
        ...common,
        operationId: `get${name}`,
        summary: `One row of ${type.code}`,
        responses: { 200: document, ...failures("not_found") },
      },
      patch: {
        ...common,
        operationId: `update${name}`,
        summary: `Change columns of a row of ${type.code}`,
        parameters: [ifMatch, idempotencyKey],
        requestBody: { required: true, content: json(reference(`${name}Patch`)) },
        responses: {
          200: document,
          ...failures(
            "not_found",
            "not_permitted",
            "invalid_body",
            "unknown_column",
            "read_only_column",
            "version_conflict",
            "reference_violation",
            "check_violation",
            "idempotency_mismatch",
          ),
        },
      },
      delete: {
        ...common,
        operationId: `delete${name}`,
        summary: `Delete a row of ${type.code}`,
        parameters: [ifMatch, idempotencyKey],
        responses: {
          200: {
            description: "The row was deleted; `$version` is the version of the deletion.",
            content: json({
              type: "object",
              properties: { $id: id, $version: { type: "integer" } },
              required: ["$id", "$version"],
            }),
          },
          ...failures("not_found", "not_permitted", "version_conflict", "idempotency_mismatch"),
        },
      },
    },
    [`${base}/{id}/history`]: {
      parameters: [idParameter],
      get: {
        ...common,
        operationId: `history${name}`,
        summary: `History of a row of ${type.code}, newest first`,
        responses: {
          200: {
            description: "Changes.",
            content: json({
              type: "object",
              properties: { items: { type: "array", items: reference("HistoryEntry") } },
              required: ["items"],
            }),
          },
          ...failures("not_found"),
        },
      },
    },
  };
}

const description = [
  "REST interface of the gateway. Rows are read and written here; the socket at /ws/sync sends signals about changes.",
  "A row has `$id`, the canonical text of its key, and `$version` beside its columns. The id of a key of several columns is the JSON array of their texts. A text that is no canonical id of the type names no row. A column whose name begins with `$` gets one more `$` everywhere.",
  "A filter is `<column>=<value>` or `<column>.<operator>=<value>`. What follows the last dot is the operator if it is one, whatever columns the type has: a column called `price.gte` is filtered as `price.gte.eq=5`. A column that is called like another parameter needs its operator too: `limit.eq=5`.",
  "bigint and numeric values are strings in documents, so that no digit is lost; bodies also accept numbers that JavaScript has exactly. Types without a form in JSON are PostgreSQL's text.",
  "The values of `ids`, `sort` and the operator `in` are separated by commas. Each value is percent-encoded inside the list, so that a comma in a value is `%2C` there, and `%252C` in the address.",
].join("\n\n");

/** The OpenAPI 3.1 document with the routes and schemas of the given types. */
export function openApiDocument(types: readonly EntityType[]): Record<string, unknown> {
  const schemas = types.flatMap((type) => {
    const name = schemaName(type.code);
    return [
      [name, { ...documentSchema(type), ...(type.comment ? { description: type.comment } : {}) }],
      [`${name}Create`, bodySchema(type, "create")],
      [`${name}Patch`, bodySchema(type, "patch")],
    ];
  });
  const fixed = fixedPaths(failures);
  return {
    openapi: "3.1.0",
    info: {
      title: "Heliograph",
      version: "1",
      description,
    },
    servers: [{ url: "/" }],
    security: [{ bearer: [] }],
    tags: types.map((type) => ({ name: type.code, ...(type.comment ? { description: type.comment } : {}) })),
    paths: Object.assign({}, fixed.paths, ...types.map(entityPaths)),
    components: {
      securitySchemes: { bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
      schemas: { ...fixed.schemas, ...Object.fromEntries(schemas) },
    },
  };
}
