import { uuidPattern } from "@heliograph/protocol";
import type { Column } from "../../db/entity-type.ts";

/** A JSON Schema (2020-12), which the OpenAPI document contains unchanged. */
export type JsonSchema = { readonly [keyword: string]: unknown };

// PostgreSQL refuses NUL in text. A lone surrogate has no UTF-8 form and would silently be stored as U+FFFD.
const storableText = "^[^\\u0000\\uD800-\\uDFFF]*$";

const scalarSchemas: Readonly<Record<string, JsonSchema>> = {
  uuid: { type: "string", pattern: uuidPattern },
  text: { type: "string", pattern: storableText },
  smallint: { type: "integer", minimum: -32_768, maximum: 32_767 },
  int: { type: "integer", minimum: -2_147_483_648, maximum: 2_147_483_647 },
  // Beyond 2^53 a JSON number has lost digits when it arrives.
  bigint: { type: "integer", minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
  numeric: { type: "number" },
  float: { type: "number" },
  boolean: { type: "boolean" },
  date: { type: "string", format: "date" },
  timestamptz: { type: "string", format: "date-time" },
  json: {},
};

/** Other types (time, interval, inet, …) are sent as text, which PostgreSQL validates. */
const otherSchema: JsonSchema = { type: "string", pattern: storableText };

/** Bounds of a numeric: `numeric(6,2)` holds less than 10^4. PostgreSQL rounds the fraction, as in an SQL assignment. */
function numericBounds(type: string): JsonSchema {
  const match = /\((\d+),(-?\d+)\)/.exec(type);
  if (!match) return {};
  const bound = 10 ** (Number(match[1]) - Number(match[2]));
  return { exclusiveMinimum: -bound, exclusiveMaximum: bound };
}

function elementSchema(column: Column, baseType: string): JsonSchema {
  if (baseType === "enum") return { type: "string", enum: column.enumValues ?? [] };
  const schema = scalarSchemas[baseType] ?? otherSchema;
  if (baseType === "numeric") return { ...schema, ...numericBounds(column.type) };
  if (column.maxLength !== null && schema["type"] === "string") return { ...schema, maxLength: column.maxLength };
  return schema;
}

function nullable(schema: JsonSchema): JsonSchema {
  if (schema["type"] === undefined) return schema; // accepts anything, including null
  const values = schema["enum"];
  const type = [schema["type"], "null"];
  return Array.isArray(values) ? { ...schema, type, enum: [...values, null] } : { ...schema, type };
}

/** The schema of a value of this column in a body. Lengths count code points, as in PostgreSQL. */
export function columnSchema(column: Column): JsonSchema {
  const described: JsonSchema = column.comment ? { description: column.comment } : {};
  const base = column.baseType.endsWith("[]")
    ? { type: "array", items: elementSchema(column, column.baseType.slice(0, -2)) }
    : elementSchema(column, column.baseType);
  return { ...(column.notNull ? base : nullable(base)), ...described };
}
