import { Type } from "typebox";
import { type MessageOf, messageWithPayload } from "../message.ts";

export const delayedMessageSchema = messageWithPayload(
  "DELAYED",
  Type.Object(
    { since: Type.String({ description: "ISO 8601 time up to which changes were told" }) },
    { additionalProperties: false },
  ),
  "Changes are not being sequenced or lag behind: what is shown may be old. The next BOOKMARK ends it.",
);
export type DelayedMessage = MessageOf<typeof delayedMessageSchema>;
