import { Type } from "typebox";
import { type MessageOf, messageWithPayload } from "../message.ts";

export const delayedMessageSchema = messageWithPayload(
  "DELAYED",
  Type.Object(
    { since: Type.String({ description: "ISO 8601 time up to which changes have been sent" }) },
    { additionalProperties: false },
  ),
  "Changes are not sequenced or lag behind, so displayed data may be outdated. The next BOOKMARK ends the delay.",
);
export type DelayedMessage = MessageOf<typeof delayedMessageSchema>;
