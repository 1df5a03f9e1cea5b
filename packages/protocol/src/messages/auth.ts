import { Type } from "typebox";
import { type MessageOf, messageWithPayload } from "../message.ts";

export const authMessageSchema = messageWithPayload(
  "AUTH",
  Type.Object({ token: Type.String({ minLength: 1, maxLength: 8192 }) }, { additionalProperties: false }),
  "Replaces the token of the open socket. The new token must be of the same person and organization.",
);
export type AuthMessage = MessageOf<typeof authMessageSchema>;

export const reauthMessageSchema = messageWithPayload(
  "REAUTH",
  Type.Object(
    {
      expiresAt: Type.String({ description: "ISO 8601 time at which delivery stops and the socket is closed (4401)" }),
    },
    { additionalProperties: false },
  ),
  "Requests AUTH a minute before the token expires; also the answer to AUTH, with the new expiry.",
);
export type ReauthMessage = MessageOf<typeof reauthMessageSchema>;
