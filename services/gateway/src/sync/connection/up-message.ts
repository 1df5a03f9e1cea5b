import { type ErrorCode, explainError, type UpMessage, upMessageSchemas } from "@heliograph/protocol";
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";

/** A refused message: the content of an ERROR message. */
export class UpMessageError extends Error {
  override readonly name = "UpMessageError";
  readonly code: ErrorCode;
  /** The id of the message, if it could be read. */
  readonly correlationId: string | undefined;

  /** `problem`: what is wrong, in whole sentences; the code adds the remedy. */
  constructor(code: ErrorCode, problem: string, correlationId?: string) {
    super(explainError(code, problem));
    this.code = code;
    this.correlationId = correlationId;
  }
}

const ajv = new Ajv({ strict: false, validateSchema: false });
const validators = new Map<string, ValidateFunction>(
  Object.entries(upMessageSchemas).map(([type, schema]) => [type, ajv.compile(schema)]),
);

/** Longest part of a client's own text that an answer quotes, characters. */
const quotedLength = 60;
const quoted = (value: unknown): string => (JSON.stringify(value) ?? "nothing").slice(0, quotedLength);

const idField = /^\/payload\/(entityIds|within)\/\d+$/;

/** Describes the first schema violation in one sentence, with the error code that fits the field. */
function describeViolation(error: ErrorObject | undefined, message: unknown): [ErrorCode, string] {
  const path = error?.instancePath ?? "";
  const field = path === "" ? "the message" : path.slice(1).replaceAll("/", ".");
  const value = path
    .split("/")
    .slice(1)
    .reduce<unknown>((inner, name) => (inner as Record<string, unknown>)?.[name], message);
  if (idField.test(path))
    return ["invalid_id", `${field} is ${quoted(value)}, which is not an id of at most 1024 characters.`];
  // Only its spelling is wrong here; whether the type exists is checked later, with the same code.
  if (path === "/payload/entityCode" && typeof value === "string")
    return ["unknown_entity", `No entity type has the code ${quoted(value)}.`];
  if (error?.keyword === "additionalProperties")
    return ["invalid_message", `${field} has an unknown field ${quoted(error.params["additionalProperty"])}.`];
  if (error?.keyword === "required")
    return ["invalid_message", `${field} lacks ${quoted(error.params["missingProperty"])}.`];
  return ["invalid_message", `${field} ${error?.message ?? "is wrong"}.`];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UpMessageError("invalid_json", "The frame is not JSON.");
  }
}

/** Parses and validates a frame from a client. @throws {UpMessageError} */
export function parseUpMessage(text: string): UpMessage {
  const message = parseJson(text);
  if (typeof message !== "object" || message === null || Array.isArray(message))
    throw new UpMessageError("invalid_message", "The frame is not a JSON object.");
  const { type, id } = message as { type?: unknown; id?: unknown };
  const correlationId = typeof id === "string" && id.length <= 64 ? id : undefined;
  if (typeof type !== "string")
    throw new UpMessageError("invalid_message", `type is ${quoted(type)}, not a string.`, correlationId);
  const validate = validators.get(type);
  if (!validate) throw new UpMessageError("unknown_type", `There is no message type ${quoted(type)}.`, correlationId);
  if (!validate(message)) {
    const [code, problem] = describeViolation(validate.errors?.[0], message);
    throw new UpMessageError(code, problem, correlationId);
  }
  return message as UpMessage;
}
