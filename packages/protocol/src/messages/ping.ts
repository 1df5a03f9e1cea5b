import { type MessageOf, messageWithoutPayload } from "../message.ts";

export const pingMessageSchema = messageWithoutPayload(
  "PING",
  "Requests a PONG, which proves that the connection is alive.",
);
export type PingMessage = MessageOf<typeof pingMessageSchema>;

export const pongMessageSchema = messageWithoutPayload("PONG", "Answers a PING with the same id.");
export type PongMessage = MessageOf<typeof pongMessageSchema>;
