import { Type } from "typebox";
import { type MessageOf, messageWithPayload } from "../message.ts";

export const welcomeMessageSchema = messageWithPayload(
  "WELCOME",
  Type.Object(
    {
      connectionId: Type.String({ description: "id of this connection, for RESUME and in app.rxdb_subscription" }),
      cursor: Type.String({ description: "opaque position in the feed" }),
      limits: Type.Object(
        {
          maxMessageBytes: Type.Integer(),
          maxIdsPerMessage: Type.Integer(),
          maxSubscriptions: Type.Integer({ description: "ids and containers together, per socket" }),
          covered: Type.Optional(
            Type.Boolean({ description: "the server accepts `covered` in SUBSCRIBE; older servers refuse the field" }),
          ),
          rechecksRefused: Type.Optional(
            Type.Boolean({
              description:
                "refused subscriptions stay in place and count towards the limit: the server sends the row when it becomes readable, so the client need not ask again",
            }),
          ),
        },
        { additionalProperties: false },
      ),
      pingIntervalMs: Type.Integer({
        description:
          "interval of the server's pings; a client may send PING after half of it without a frame, and considers the connection dead after twice of it",
      }),
    },
    { additionalProperties: false },
  ),
  "The first message of the server on a new socket.",
);
export type WelcomeMessage = MessageOf<typeof welcomeMessageSchema>;
