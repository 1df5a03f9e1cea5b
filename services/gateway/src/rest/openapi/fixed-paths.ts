import type { JsonSchema } from "../documents/column-schema.ts";
import { type RestErrorCode, restErrorCatalog } from "../errors/error-catalog.ts";

const text: JsonSchema = { type: "string" };

/** Schemas that do not depend on any table. */
const schemas = {
  Error: {
    type: "object",
    properties: {
      error: {
        type: "object",
        properties: {
          code: { type: "string", enum: Object.keys(restErrorCatalog) },
          message: text,
          remedy: text,
          detail: { ...text, description: "With rule_violation: further text of the application, if any." },
          sqlstate: { ...text, description: "With rule_violation: the SQLSTATE of the rule." },
          requestId: text,
        },
        required: ["code", "message", "remedy", "requestId"],
      },
      current: {
        description: "With version_conflict and already_exists: the current row, null if you may not read it.",
      },
    },
    required: ["error"],
  },
  HistoryEntry: {
    type: "object",
    properties: {
      at: { type: "string", format: "date-time" },
      actor: { type: ["string", "null"], description: "Null for writes from outside the application." },
      action: { type: "string", enum: ["CREATE", "UPDATE", "DELETE"] },
      version: { type: "integer" },
      columns: {
        type: ["array", "null"],
        items: text,
        description: "Changed columns; null if the table keeps no snapshots.",
      },
    },
    required: ["at", "actor", "action", "version", "columns"],
  },
  Person: {
    type: "object",
    properties: {
      id: { type: "string", format: "uuid" },
      email: text,
      fname: text,
      lname: text,
      organizationId: { type: "string", format: "uuid" },
      role: text,
    },
    required: ["id", "email", "fname", "lname", "organizationId", "role"],
  },
} as const;

const person = { $ref: "#/components/schemas/Person" };

function answer(description: string, properties: object): object {
  const schema = { type: "object", properties, required: Object.keys(properties) };
  return { description, content: { "application/json": { schema } } };
}

/** Routes that do not depend on any table. */
export function fixedPaths(failures: (...codes: RestErrorCode[]) => Record<string, object>): {
  paths: Record<string, object>;
  schemas: Record<string, object>;
} {
  const credentials = {
    type: "object",
    properties: { email: text, password: { type: "string", format: "password" } },
    required: ["email", "password"],
    additionalProperties: false,
  };
  return {
    schemas,
    paths: {
      "/api/v1/auth/login": {
        post: {
          tags: ["auth"],
          operationId: "login",
          summary: "Sign in",
          security: [],
          requestBody: { required: true, content: { "application/json": { schema: credentials } } },
          responses: {
            200: answer("A token.", { token: text, expiresAt: { type: "string", format: "date-time" }, person }),
            ...failures("invalid_body", "invalid_credentials", "rate_limited"),
          },
        },
      },
      "/api/v1/auth/renew": {
        post: {
          tags: ["auth"],
          operationId: "renew",
          summary: "Exchange a token that is about to expire, or has expired within TOKEN_RENEW_GRACE_S, for a new one",
          responses: {
            200: answer("A token.", { token: text, expiresAt: { type: "string", format: "date-time" }, person }),
            ...failures(),
          },
        },
      },
      "/api/v1/auth/me": {
        get: {
          tags: ["auth"],
          operationId: "me",
          summary: "The person that the token belongs to",
          responses: { 200: answer("You.", { person }), ...failures() },
        },
      },
      "/api/v1/entity-types": {
        get: {
          tags: ["catalog"],
          operationId: "entityTypes",
          summary: "Every entity type with its columns, for generic tools",
          responses: {
            200: answer("The types.", { items: { type: "array", items: { type: "object" } } }),
            ...failures(),
          },
        },
      },
    },
  };
}
