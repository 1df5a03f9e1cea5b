import { Type } from "typebox";
import { type MessageOf, messageWithPayload } from "../message.ts";

/** First message of a new socket, to any pod: takes over the subscriptions of a connection that was lost. */
export const resumeMessageSchema = messageWithPayload(
  "RESUME",
  Type.Object(
    {
      connectionId: Type.String({ minLength: 1, maxLength: 64, description: "of the lost connection" }),
      cursor: Type.String({ minLength: 1, maxLength: 256, description: "the newest one received on it" }),
    },
    { additionalProperties: false },
  ),
  "Goes on where a lost connection ended, without subscribing again.",
);
export type ResumeMessage = MessageOf<typeof resumeMessageSchema>;

export const resumedMessageSchema = messageWithPayload(
  "RESUMED",
  Type.Object(
    {
      count: Type.Integer({ minimum: 0, description: "subscriptions that live on" }),
      cursor: Type.String({
        description: "opaque position in the feed, reached once the signals that follow are read",
      }),
    },
    { additionalProperties: false },
  ),
  "The old connection id holds again. The signals that were missed follow as INVALIDATE and GONE.",
);
export type ResumedMessage = MessageOf<typeof resumedMessageSchema>;
