import { type ErrorObject, Ajv2020 as StrictAjv, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { type EntityType, readableColumns } from "../../db/entity-type.ts";
import { RestError } from "../errors/rest-error.ts";
import { unknownColumn } from "../errors/unknown-column.ts";
import { type BodyOperation, bodySchema, isWritable } from "./body-schema.ts";

/** The columns of a validated body. */
export type Body = Readonly<Record<string, unknown>>;

/** Fastify's own validator drops unknown properties and converts "5" to 5, so that mistakes would be stored as data. */
const ajv = new StrictAjv({ removeAdditional: false, coerceTypes: false, strict: true, allErrors: false });
formats.default(ajv);

const compiled = new WeakMap<EntityType, Map<BodyOperation, ValidateFunction>>();

/** Compiles the schema once for each type and operation. A changed type is a new object and is compiled again. */
function validatorOf(type: EntityType, operation: BodyOperation): ValidateFunction {
  const ofType = compiled.get(type) ?? new Map<BodyOperation, ValidateFunction>();
  compiled.set(type, ofType);
  const known = ofType.get(operation);
  if (known) return known;
  const validate = ajv.compile(bodySchema(type, operation));
  // Ajv would keep every compiled schema, including those of outdated types.
  ajv.removeSchema();
  ofType.set(operation, validate);
  return validate;
}

/** @throws {RestError} unknown_column, read_only_column or invalid_body, naming the column */
export function checkBody(type: EntityType, operation: BodyOperation, body: unknown): Body {
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw new RestError("invalid_body", { message: "The body must be a JSON object of columns." });
  const columns = readableColumns(type);
  for (const name of Object.keys(body)) {
    const column = columns.get(name);
    if (!column) throw unknownColumn(type, name);
    if (!isWritable(type, column, operation))
      throw new RestError("read_only_column", {
        message: `${name} is set by the server${readOnlyReason(operation, name)}.`,
      });
  }
  const validate = validatorOf(type, operation);
  if (validate(body)) return body as Body;
  throw invalidBody(validate.errors?.[0]);
}

function readOnlyReason(operation: BodyOperation, name: string): string {
  return operation === "patch" && !["version", "updated_ts", "created_ts"].includes(name)
    ? " or chosen when the row is created"
    : "";
}

function invalidBody(error: ErrorObject | undefined): RestError {
  // Converts the JSON Pointer "/tags/0", with ~1 for / and ~0 for ~, to "tags.0".
  const place = (error?.instancePath ?? "").slice(1).replaceAll("~1", "/").replaceAll("~0", "~").replaceAll("/", ".");
  return new RestError("invalid_body", { message: messageOf(place, error) });
}

function messageOf(place: string, error: ErrorObject | undefined): string {
  const params = (error?.params ?? {}) as Record<string, unknown>;
  switch (error?.keyword) {
    case "required":
      return `The column ${params["missingProperty"]} is required.`;
    case "minProperties":
      return "The body must contain at least one column.";
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
