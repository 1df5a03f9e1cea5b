import { Type } from "typebox";
import { type MessageOf, messageWithoutPayload, messageWithPayload } from "../message.ts";
import { containerSchema, entityCodeSchema, entityIdSchema, maxIdsPerMessage } from "../scalars.ts";

export const unsubscribeMessageSchema = messageWithPayload(
  "UNSUBSCRIBE",
  Type.Object(
    {
      entityCode: entityCodeSchema,
      entityIds: Type.Optional(Type.Array(entityIdSchema, { maxItems: maxIdsPerMessage })),
      within: Type.Optional(Type.Array(containerSchema, { maxItems: maxIdsPerMessage })),
    },
    { additionalProperties: false },
  ),
  "Ends the named subscriptions, or all of the entity type if it names neither ids nor containers.",
);
export type UnsubscribeMessage = MessageOf<typeof unsubscribeMessageSchema>;

export const unsubscribeAllMessageSchema = messageWithoutPayload(
  "UNSUBSCRIBE_ALL",
  "Ends every subscription of this connection.",
);
export type UnsubscribeAllMessage = MessageOf<typeof unsubscribeAllMessageSchema>;
