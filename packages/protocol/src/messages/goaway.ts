import { Type } from "typebox";
import { type MessageOf, messageWithPayload } from "../message.ts";

export const goawayMessageSchema = messageWithPayload(
  "GOAWAY",
  Type.Object(
    {
      afterMs: Type.Integer({
        minimum: 0,
        description: "delay before the reconnect in milliseconds, different for each socket",
      }),
    },
    { additionalProperties: false },
  ),
  "The gateway is stopping: reconnect after the given delay and resume. The server closes remaining sockets with 1012.",
);
export type GoawayMessage = MessageOf<typeof goawayMessageSchema>;
