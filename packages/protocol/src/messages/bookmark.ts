import { Type } from "typebox";
import { type MessageOf, messageWithPayload } from "../message.ts";

export const bookmarkMessageSchema = messageWithPayload(
  "BOOKMARK",
  Type.Object({ cursor: Type.String({ description: "opaque position in the feed" }) }, { additionalProperties: false }),
  "Every signal for this socket up to this cursor was sent before this frame. Ends a DELAYED.",
);
export type BookmarkMessage = MessageOf<typeof bookmarkMessageSchema>;
