import { Type } from "typebox";
import { type MessageOf, messageWithPayload } from "../message.ts";
import { containerSchema, entityCodeSchema, entityIdSchema, versionSchema } from "../scalars.ts";

/**
 * From here on every change that `changed` does not include is sent as INVALIDATE. `gone` names rows that do not exist and
 * rows that the user may not read, deliberately without a difference.
 */
export const subscribedMessageSchema = messageWithPayload(
  "SUBSCRIBED",
  Type.Object(
    {
      entityCode: entityCodeSchema,
      count: Type.Integer({
        minimum: 0,
        description: "ids and containers of the request that are subscribed now",
      }),
      changed: Type.Array(
        Type.Object({ entityId: entityIdSchema, version: versionSchema }, { additionalProperties: false }),
        {
          description: "rows whose version differs from the version sent; all readable rows when no versions were sent",
        },
      ),
      gone: Type.Array(containerSchema, { description: "rows and containers that do not exist or may not be read" }),
    },
    { additionalProperties: false },
  ),
  "Answers SUBSCRIBE after the subscriptions were stored and the current versions were read.",
);
export type SubscribedMessage = MessageOf<typeof subscribedMessageSchema>;

export const unsubscribedMessageSchema = messageWithPayload(
  "UNSUBSCRIBED",
  Type.Object(
    {
      entityCode: Type.Optional(entityCodeSchema),
      count: Type.Integer({ minimum: 0, description: "subscriptions that ended" }),
    },
    { additionalProperties: false },
  ),
  "Answers UNSUBSCRIBE, and UNSUBSCRIBE_ALL without an entity code.",
);
export type UnsubscribedMessage = MessageOf<typeof unsubscribedMessageSchema>;
