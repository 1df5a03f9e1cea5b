import { Type } from "typebox";
import { type MessageOf, messageWithPayload } from "../message.ts";

export const authMessageSchema = messageWithPayload(
  "AUTH",
  Type.Object({ token: Type.String({ minLength: 1, maxLength: 8192 }) }, { additionalProperties: false }),
  "Renews the token on the open socket. It must be of the same person and organization.",
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
  "Sent a minute before the token expires, as a request for AUTH; and as the answer to AUTH, with the new time.",
);
export type ReauthMessage = MessageOf<typeof reauthMessageSchema>;
