import { Type } from "typebox";
import { type MessageOf, messageWithPayload } from "../message.ts";

/** Why continuity cannot be proved. `session`: unknown, expired or not the user's; the three are not told apart. */
export const resetReasonSchema = Type.Union([
  Type.Literal("session"),
  Type.Literal("cursor_too_old"),
  Type.Literal("cursor_ahead"),
  Type.Literal("other_history"),
]);

export const resetMessageSchema = messageWithPayload(
  "RESET",
  Type.Object({ reason: resetReasonSchema }, { additionalProperties: false }),
  "Continuity cannot be proved: subscribe again to everything, with the versions held.",
);
export type ResetMessage = MessageOf<typeof resetMessageSchema>;
