import { Type } from "typebox";
import { type MessageOf, messageWithPayload } from "../message.ts";
import { entityCodeSchema, entityIdSchema, versionSchema } from "../scalars.ts";

/**
 * Once this arrives there is no window: every change that is not visible in `changed` will come as INVALIDATE.
 * `gone` names rows that do not exist or may not be read; the two are deliberately not told apart.
 */
export const subscribedMessageSchema = messageWithPayload(
  "SUBSCRIBED",
  Type.Object(
    {
      entityCode: entityCodeSchema,
      count: Type.Integer({
        minimum: 0,
        description: "subscriptions that the request established (ids and containers)",
      }),
      changed: Type.Array(
        Type.Object({ entityId: entityIdSchema, version: versionSchema }, { additionalProperties: false }),
        { description: "rows whose version differs from the one held; all of them when no versions were sent" },
      ),
      gone: Type.Array(entityIdSchema),
    },
    { additionalProperties: false },
  ),
  "Answers SUBSCRIBE after the subscription is recorded and current versions were read.",
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
  "Answers UNSUBSCRIBE and UNSUBSCRIBE_ALL (then without an entity code).",
);
export type UnsubscribedMessage = MessageOf<typeof unsubscribedMessageSchema>;
