import { Type } from "typebox";
import { type MessageOf, messageWithPayload } from "../message.ts";

export const welcomeMessageSchema = messageWithPayload(
  "WELCOME",
  Type.Object(
    {
      connectionId: Type.String({ description: "id of this connection in app.rxdb_subscription" }),
      cursor: Type.String({ description: "opaque position in the feed" }),
      limits: Type.Object(
        {
          maxMessageBytes: Type.Integer(),
          maxIdsPerMessage: Type.Integer(),
          maxSubscriptions: Type.Integer({ description: "ids and containers together, per socket" }),
          covered: Type.Optional(
            Type.Boolean({ description: "SUBSCRIBE may name covered rows; older servers refuse the field" }),
          ),
          dormant: Type.Optional(
            Type.Boolean({
              description:
                "what SUBSCRIBED or GONE names as gone stays watched, and counts: it is told when it can be read, so there is no need to ask again",
            }),
          ),
        },
        { additionalProperties: false },
      ),
      pingIntervalMs: Type.Integer({
        description:
          "the server pings this often; a client that heard nothing for half as long may ask with PING, and twice as long a silence means a dead link",
      }),
    },
    { additionalProperties: false },
  ),
  "First message of the server on a new socket.",
);
export type WelcomeMessage = MessageOf<typeof welcomeMessageSchema>;
