import { Type } from "typebox";
import { type MessageOf, messageWithPayload } from "../message.ts";

export const bookmarkMessageSchema = messageWithPayload(
  "BOOKMARK",
  Type.Object({ cursor: Type.String({ description: "opaque position in the feed" }) }, { additionalProperties: false }),
  "Every signal up to this cursor for this socket was written before this frame. Also ends a DELAYED.",
);
export type BookmarkMessage = MessageOf<typeof bookmarkMessageSchema>;
