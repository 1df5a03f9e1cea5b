import { must } from "@heliograph/shared/must";
import { type ErrorObject, Ajv2020 as StrictAjv, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { isKeyColumn } from "../../db/entity-id.ts";
import type { Column, EntityType } from "../../db/entity-type.ts";
import { documentFields } from "../../rest/entity/document-fields.ts";
import { RestError } from "../errors/rest-error.ts";
import { unknownColumn } from "../errors/unknown-column.ts";
import { type BodyOperation, isRequired, isWritable } from "./body-schema.ts";
import { columnSchema } from "./column-schema.ts";

/** The values of a validated body by column name. A map, because a column may be called `__proto__`. */
export type Body = ReadonlyMap<string, unknown>;

/** Fastify's own validator drops unknown properties and converts "5" to 5, so that mistakes would be stored as data. */
const ajv = new StrictAjv({ removeAdditional: false, coerceTypes: false, strict: true, allErrors: false });
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
  return new Map(
    Object.entries(body).map(([name, value]) => {
      const column = must(fields.get(name), name);
      const validate = validatorOf(column);
      if (!validate(value)) throw invalidBody(name, validate.errors?.[0]);
      return [column.name, value];
    }),
  );
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
      return String(params["pattern"]).includes("u0000")
        ? `${place} contains a character that cannot be stored.`
        : `${place} must be a UUID.`;
    default:
      return `${place} ${error?.message ?? "is not valid"}.`;
  }
}
