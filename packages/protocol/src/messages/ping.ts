import { type MessageOf, messageWithoutPayload } from "../message.ts";

export const pingMessageSchema = messageWithoutPayload(
  "PING",
  "Asks for a PONG; proves that the server still listens.",
);
export type PingMessage = MessageOf<typeof pingMessageSchema>;

export const pongMessageSchema = messageWithoutPayload("PONG", "Answers a PING with the same id.");
export type PongMessage = MessageOf<typeof pongMessageSchema>;
