import { type Static, Type } from "typebox";

/** Code of an entity type as registered with `app.enable_sync`, for example `project`. */
export const entityCodeSchema = Type.String({
  pattern: "^[a-z][a-z0-9_]{0,40}$",
  description: "code of a registered entity type",
});

/** A UUID in any letter case; the server answers in canonical lower case. */
export const entityIdSchema = Type.String({
  pattern: "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
  description: "UUID of an entity",
});

/**
 * Version of an entity: microseconds since 1970 at the time of the change, or one more than the version before.
 * Only compared, never interpreted. Stays below 2^53 until the year 2255, so a JSON number carries it exactly.
 */
export const versionSchema = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: "opaque version",
});

export const actionSchema = Type.Union([Type.Literal("CREATE"), Type.Literal("UPDATE"), Type.Literal("DELETE")]);
export type Action = Static<typeof actionSchema>;

/** Chosen by the sender and echoed in the answer, so that a client can match them. */
export const correlationIdSchema = Type.String({ minLength: 1, maxLength: 64 });

/** Most ids that one SUBSCRIBE or UNSUBSCRIBE may name: keeps one message under the 64 KiB frame limit (36 B an id). */
export const maxIdsPerMessage = 1000;
