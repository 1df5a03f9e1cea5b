import { Type } from "typebox";
import { type MessageOf, messageWithPayload } from "../message.ts";
import { actionSchema, entityCodeSchema, entityIdSchema, versionSchema } from "../scalars.ts";

/**
 * A signal without data: the client reads the rows through the REST API with its own rights. The version decides whether a
 * read is needed; `action` is only a hint. Changes of one row coalesce to its latest version.
 */
export const invalidateMessageSchema = messageWithPayload(
  "INVALIDATE",
  Type.Object(
    {
      entityCode: entityCodeSchema,
      changes: Type.Array(
        Type.Object(
          { entityId: entityIdSchema, action: actionSchema, version: versionSchema },
          { additionalProperties: false },
        ),
        { minItems: 1 },
      ),
      timestamp: Type.String({ description: "ISO 8601 time of the newest of these changes in the database" }),
    },
    { additionalProperties: false },
  ),
  "Rows of one entity type changed.",
);
export type InvalidateMessage = MessageOf<typeof invalidateMessageSchema>;
