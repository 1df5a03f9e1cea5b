import { Type } from "typebox";
import { type MessageOf, messageWithPayload } from "../message.ts";

export const goawayMessageSchema = messageWithPayload(
  "GOAWAY",
  Type.Object(
    { afterMs: Type.Integer({ minimum: 0, description: "when to leave, different for each socket, milliseconds" }) },
    { additionalProperties: false },
  ),
  "This pod stops: reconnect after the given time and resume. What is not gone by then is closed with 1012.",
);
export type GoawayMessage = MessageOf<typeof goawayMessageSchema>;
