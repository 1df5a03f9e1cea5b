import { Type } from "typebox";
import { type MessageOf, messageWithPayload } from "../message.ts";
import { containerSchema, entityCodeSchema, entityIdSchema, maxIdsPerMessage, versionSchema } from "../scalars.ts";

/**
 * `entityIds` names single rows. `within` names containers: every row of the type inside them, including rows created
 * later. `versions`, in the order of `entityIds`, gives the versions that the client holds, with 0 for none; the server
 * reports only rows that differ.
 *
 * `covered` names rows that the client holds through a subscribed container, or from an earlier connection without any
 * subscription, with `coveredVersions` in the same order. The server compares them like `entityIds` but does not subscribe
 * to them.
 */
export const subscribeMessageSchema = messageWithPayload(
  "SUBSCRIBE",
  Type.Object(
    {
      entityCode: entityCodeSchema,
      entityIds: Type.Optional(Type.Array(entityIdSchema, { maxItems: maxIdsPerMessage })),
      versions: Type.Optional(Type.Array(versionSchema, { maxItems: maxIdsPerMessage })),
      within: Type.Optional(Type.Array(containerSchema, { maxItems: maxIdsPerMessage })),
      covered: Type.Optional(Type.Array(entityIdSchema, { maxItems: maxIdsPerMessage })),
      coveredVersions: Type.Optional(Type.Array(versionSchema, { maxItems: maxIdsPerMessage })),
    },
    { additionalProperties: false },
  ),
  "Requests a signal for every change of the named rows and of rows inside the named containers.",
);
export type SubscribeMessage = MessageOf<typeof subscribeMessageSchema>;
