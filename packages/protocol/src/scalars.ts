import { type Static, Type } from "typebox";

/** Code of an entity type as registered with `app.enable_sync`, for example `project`. */
export const entityCodeSchema = Type.String({
  pattern: "^[a-z][a-z0-9_]{0,40}$",
  description: "code of a registered entity type",
});

/** JSON Schema pattern of a UUID in upper or lower case. */
export const uuidPattern = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$";

/** Longest id, in characters. PostgreSQL's index on a text key ends at 2 704 bytes; ids in use are far shorter. */
export const maxEntityIdLength = 1024;

/**
 * Text of the key of a row: a UUID in lower case, a number in decimal, any text; of several columns the JSON array of their
 * texts. UUIDs are accepted in upper case, and the server answers in canonical form.
 */
export const entityIdSchema = Type.String({
  maxLength: maxEntityIdLength,
  description: "id of an entity: the text of its key",
});

/** Name of a container, `project/5`. A bare id is accepted where the type has one kind of container. */
export const containerSchema = Type.String({
  minLength: 1,
  maxLength: maxEntityIdLength + 42,
  description: "container: entity code and id, such as project/5, tenant/<id> or person/<id>",
});

/**
 * Version of a row: microseconds since 1970 at the time of the change, or one more than the previous version. Clients only
 * compare versions. They stay below 2^53 until the year 2255, so a JSON number represents them exactly.
 */
export const versionSchema = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: "opaque version, only compared",
});

export const actionSchema = Type.Union([Type.Literal("CREATE"), Type.Literal("UPDATE"), Type.Literal("DELETE")]);
export type Action = Static<typeof actionSchema>;

/** Chosen by the sender and echoed in the answer, so that the sender can match the two. */
export const correlationIdSchema = Type.String({ minLength: 1, maxLength: 64 });

/** Maximum ids in one SUBSCRIBE or UNSUBSCRIBE. At 36 bytes an id the message stays below the frame limit of 64 KiB. */
export const maxIdsPerMessage = 1000;
