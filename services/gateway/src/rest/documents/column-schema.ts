import type { Column } from "../../db/entity-type.ts";
import { patterns } from "../values/patterns.ts";

/** A JSON Schema (2020-12), which the OpenAPI document contains unchanged. */
export type JsonSchema = { readonly [keyword: string]: unknown };

const scalarSchemas: Readonly<Record<string, JsonSchema>> = {
  uuid: { type: "string", pattern: patterns.uuid },
  text: { type: "string", pattern: patterns.storable },
  int: { type: "integer", minimum: -2_147_483_648, maximum: 2_147_483_647 },
  // Answers have strings. Beyond 2^53 a JSON number has lost digits when it arrives.
  bigint: {
    type: ["string", "integer"],
    pattern: patterns.integer,
    minimum: Number.MIN_SAFE_INTEGER,
    maximum: Number.MAX_SAFE_INTEGER,
  },
  numeric: { type: ["string", "number"], pattern: patterns.decimal },
  float: { type: ["number", "string"], pattern: patterns.noNumber },
  boolean: { type: "boolean" },
  date: { type: "string", anyOf: [{ format: "date" }, { pattern: patterns.farTime }] },
  timestamptz: { type: "string", anyOf: [{ format: "date-time" }, { pattern: patterns.farTime }] },
  json: {},
};

/** Other types (time, interval, inet, …) are sent as text, which PostgreSQL validates. */
const otherSchema: JsonSchema = { type: "string", pattern: patterns.storable };

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
  const type = [schema["type"], "null"].flat();
  return Array.isArray(values) ? { ...schema, type, enum: [...values, null] } : { ...schema, type };
}

/** An array, nested for several dimensions. One with bounds other than 1 has no form in JSON and is text. */
function arraySchema(element: JsonSchema): JsonSchema {
  const item = nullable(element);
  const items = item["type"] === undefined ? item : { anyOf: [item, { type: "array" }] };
  return { type: ["array", "string"], pattern: patterns.array, items };
}

/** The schema of a value of this column in a body. Lengths count code points, as in PostgreSQL. */
export function columnSchema(column: Column): JsonSchema {
  const described: JsonSchema = column.comment ? { description: column.comment } : {};
  const base = column.baseType.endsWith("[]")
    ? arraySchema(elementSchema(column, column.baseType.slice(0, -2)))
    : elementSchema(column, column.baseType);
  return { ...(column.notNull ? base : nullable(base)), ...described };
}
