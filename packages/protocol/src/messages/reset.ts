import { Type } from "typebox";
import { type MessageOf, messageWithPayload } from "../message.ts";

/** Why continuity cannot be proved. `session`: the connection is unknown, expired or of another user; the three look alike. */
export const resetReasonSchema = Type.Union([
  Type.Literal("session"),
  Type.Literal("cursor_too_old"),
  Type.Literal("cursor_ahead"),
  Type.Literal("other_history"),
]);

export const resetMessageSchema = messageWithPayload(
  "RESET",
  Type.Object({ reason: resetReasonSchema }, { additionalProperties: false }),
  "Continuity cannot be proved: subscribe to everything again, with the versions held.",
);
export type ResetMessage = MessageOf<typeof resetMessageSchema>;
