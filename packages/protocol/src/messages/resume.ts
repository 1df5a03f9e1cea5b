import { Type } from "typebox";
import { type MessageOf, messageWithPayload } from "../message.ts";

/** First message of a new socket, to any gateway: takes over the subscriptions of a lost connection. */
export const resumeMessageSchema = messageWithPayload(
  "RESUME",
  Type.Object(
    {
      connectionId: Type.String({ minLength: 1, maxLength: 64, description: "id of the lost connection" }),
      cursor: Type.String({
        minLength: 1,
        maxLength: 256,
        description: "newest cursor received on the lost connection",
      }),
    },
    { additionalProperties: false },
  ),
  "Continues a lost connection without subscribing again.",
);
export type ResumeMessage = MessageOf<typeof resumeMessageSchema>;

export const resumedMessageSchema = messageWithPayload(
  "RESUMED",
  Type.Object(
    {
      count: Type.Integer({ minimum: 0, description: "subscriptions that were taken over" }),
      cursor: Type.String({
        description: "opaque position in the feed that the client has reached",
      }),
    },
    { additionalProperties: false },
  ),
  "The lost connection continues under its old id. Missed signals follow as INVALIDATE and GONE.",
);
export type ResumedMessage = MessageOf<typeof resumedMessageSchema>;
