import { type ErrorMessage, errorMessageSchema } from "./messages/error.ts";
import { type GoneMessage, goneMessageSchema } from "./messages/gone.ts";
import { type InvalidateMessage, invalidateMessageSchema } from "./messages/invalidate.ts";
import { type PongMessage, pongMessageSchema } from "./messages/ping.ts";
import {
  type SubscribedMessage,
  subscribedMessageSchema,
  type UnsubscribedMessage,
  unsubscribedMessageSchema,
} from "./messages/subscribed.ts";
import { type WelcomeMessage, welcomeMessageSchema } from "./messages/welcome.ts";

/** Everything a server may send. */
export type DownMessage =
  | WelcomeMessage
  | SubscribedMessage
  | UnsubscribedMessage
  | InvalidateMessage
  | GoneMessage
  | PongMessage
  | ErrorMessage;

export const downMessageSchemas = {
  WELCOME: welcomeMessageSchema,
  SUBSCRIBED: subscribedMessageSchema,
  UNSUBSCRIBED: unsubscribedMessageSchema,
  INVALIDATE: invalidateMessageSchema,
  GONE: goneMessageSchema,
  PONG: pongMessageSchema,
  ERROR: errorMessageSchema,
} as const satisfies Record<DownMessage["type"], object>;
