import { type AuthMessage, authMessageSchema } from "./messages/auth.ts";
import { type PingMessage, pingMessageSchema } from "./messages/ping.ts";
import { type ResumeMessage, resumeMessageSchema } from "./messages/resume.ts";
import { type SubscribeMessage, subscribeMessageSchema } from "./messages/subscribe.ts";
import {
  type UnsubscribeAllMessage,
  type UnsubscribeMessage,
  unsubscribeAllMessageSchema,
  unsubscribeMessageSchema,
} from "./messages/unsubscribe.ts";

/** Every message that a client sends. */
export type UpMessage =
  | SubscribeMessage
  | UnsubscribeMessage
  | UnsubscribeAllMessage
  | PingMessage
  | ResumeMessage
  | AuthMessage;

export const upMessageSchemas = {
  SUBSCRIBE: subscribeMessageSchema,
  UNSUBSCRIBE: unsubscribeMessageSchema,
  UNSUBSCRIBE_ALL: unsubscribeAllMessageSchema,
  PING: pingMessageSchema,
  RESUME: resumeMessageSchema,
  AUTH: authMessageSchema,
} as const satisfies Record<UpMessage["type"], object>;
