import { must } from "@heliograph/shared/must";
import { type ErrorObject, Ajv2020 as StrictAjv, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { isKeyColumn } from "../../db/entity-id.ts";
import type { Column, EntityType } from "../../db/entity-type.ts";
import { documentFields } from "../../rest/entity/document-fields.ts";
import { RestError } from "../errors/rest-error.ts";
import { unknownColumn } from "../errors/unknown-column.ts";
import { bodyTexts } from "../json-body.ts";
import { patterns } from "../values/patterns.ts";
import { InexactNumber, valueOfBody } from "../values/value-of-body.ts";
import { type BodyOperation, isRequired, isWritable } from "./body-schema.ts";
import { columnSchema } from "./column-schema.ts";

/** The values of a validated body by column name, without loss: see `valueOfBody`. A map, because a column may be called `__proto__`. */
export type Body = ReadonlyMap<string, unknown>;

/** Fastify's own validator drops unknown properties and converts "5" to 5, so that mistakes would be stored as data. */
const ajv = new StrictAjv({
  removeAdditional: false,
  coerceTypes: false,
  strict: true,
  allowUnionTypes: true,
  allErrors: false,
});
formats.default(ajv);

const compiled = new WeakMap<Column, ValidateFunction>();

/**
 * Compiles the schema of a column at its first use. Values are validated one by one: Ajv skips a property `__proto__` and
 * finds `constructor` in every object. A changed type has new column objects and is compiled again.
 */
function validatorOf(column: Column): ValidateFunction {
  const known = compiled.get(column);
  if (known) return known;
  const validate = ajv.compile(columnSchema(column));
  // Ajv would keep every compiled schema, including those of outdated types.
  ajv.removeSchema();
  compiled.set(column, validate);
  return validate;
}

/** @throws {RestError} unknown_column, read_only_column or invalid_body, naming the column */
export function checkBody(type: EntityType, operation: BodyOperation, body: unknown): Body {
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw new RestError("invalid_body", { message: "The body must be a JSON object of columns." });
  const fields = documentFields(type);
  for (const name of Object.keys(body)) {
    const column = fields.get(name);
    if (!column) throw unknownColumn(type, name);
    if (!isWritable(type, column, operation))
      throw new RestError("read_only_column", {
        message: `${name} is set by the server${readOnlyReason(type, operation, column)}.`,
      });
  }
  checkPresence(type, operation, body);
  const texts = bodyTexts(body);
  return new Map(
    Object.entries(body).map(([name, value]) => {
      const column = must(fields.get(name), name);
      const validate = validatorOf(column);
      if (!validate(value)) throw invalidBody(name, validate.errors?.[0]);
      return [column.name, exactValue(name, column, value, texts.get(name))];
    }),
  );
}

/** Dimensions that an array of PostgreSQL may have. */
const maxDimensions = 6;

/** Deep nesting exceeds the stack of this process or of PostgreSQL. */
function isTooDeep(column: Column, value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (!column.baseType.startsWith("json")) return hasMoreDimensions(value, maxDimensions);
  try {
    JSON.stringify(value);
    return false;
  } catch {
    return true; // parsing succeeds at any depth, rendering does not
  }
}

function hasMoreDimensions(value: unknown, than: number): boolean {
  return Array.isArray(value) && (than === 0 || value.some((one) => hasMoreDimensions(one, than - 1)));
}

function exactValue(name: string, column: Column, value: unknown, text: string | undefined): unknown {
  if (isTooDeep(column, value)) throw new RestError("invalid_body", { message: `${name} is nested too deeply.` });
  try {
    return valueOfBody(column, value, text ?? "null");
  } catch (error) {
    if (!(error instanceof InexactNumber)) throw error;
    throw new RestError("invalid_body", {
      message: `${name} has a number with more digits than JavaScript keeps.`,
      remedy: "Send the number as a string.",
      cause: error,
    });
  }
}

function checkPresence(type: EntityType, operation: BodyOperation, body: object): void {
  if (operation === "patch") {
    if (Object.keys(body).length > 0) return;
    throw new RestError("invalid_body", { message: "The body must contain at least one column." });
  }
  for (const [name, column] of documentFields(type))
    if (isWritable(type, column, operation) && isRequired(type, column) && !Object.hasOwn(body, name))
      throw new RestError("invalid_body", { message: `The column ${name} is required.` });
}

function readOnlyReason(type: EntityType, operation: BodyOperation, column: Column): string {
  const chosen = isKeyColumn(type, column.name) || column.name === type.tenantColumn;
  return operation === "patch" && chosen ? " or chosen when the row is created" : "";
}

function invalidBody(field: string, error: ErrorObject | undefined): RestError {
  // Converts the JSON Pointer "/0", with ~1 for / and ~0 for ~, to ".0".
  const inside = (error?.instancePath ?? "").replaceAll("/", ".").replaceAll("~1", "/").replaceAll("~0", "~");
  return new RestError("invalid_body", { message: messageOf(`${field}${inside}`, error) });
}

const patternMessages: ReadonlyMap<string, string> = new Map([
  [patterns.storable, "contains a character that cannot be stored"],
  [patterns.uuid, "must be a UUID"],
  [patterns.array, "must be an array, or one in PostgreSQL's notation"],
  [patterns.integer, "must be a whole number"],
  [patterns.decimal, "must be a number"],
  [patterns.noNumber, "must be a number, or one of NaN, Infinity, -Infinity, -0"],
]);

function messageOf(place: string, error: ErrorObject | undefined): string {
  const params = (error?.params ?? {}) as Record<string, unknown>;
  switch (error?.keyword) {
    case "enum":
      return `${place} must be one of ${(params["allowedValues"] as unknown[]).map(String).join(", ")}.`;
    case "type":
      return `${place} must be of type ${[params["type"]].flat().join(" or ")}.`;
    case "maxLength":
      return `${place} must have at most ${params["limit"]} characters.`;
    case "format":
      return `${place} must be a ${params["format"]} as in RFC 3339.`;
    case "pattern":
      return `${place} ${patternMessages.get(String(params["pattern"])) ?? "is not valid"}.`;
    default:
      return `${place} ${error?.message ?? "is not valid"}.`;
  }
}
