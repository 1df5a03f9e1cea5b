import { type ReauthMessage, reauthMessageSchema } from "./messages/auth.ts";
import { type BookmarkMessage, bookmarkMessageSchema } from "./messages/bookmark.ts";
import { type DelayedMessage, delayedMessageSchema } from "./messages/delayed.ts";
import { type ErrorMessage, errorMessageSchema } from "./messages/error.ts";
import { type GoawayMessage, goawayMessageSchema } from "./messages/goaway.ts";
import { type GoneMessage, goneMessageSchema } from "./messages/gone.ts";
import { type InvalidateMessage, invalidateMessageSchema } from "./messages/invalidate.ts";
import { type PongMessage, pongMessageSchema } from "./messages/ping.ts";
import { type ResetMessage, resetMessageSchema } from "./messages/reset.ts";
import { type ResumedMessage, resumedMessageSchema } from "./messages/resume.ts";
import {
  type SubscribedMessage,
  subscribedMessageSchema,
  type UnsubscribedMessage,
  unsubscribedMessageSchema,
} from "./messages/subscribed.ts";
import { type WelcomeMessage, welcomeMessageSchema } from "./messages/welcome.ts";

/** Every message that a server sends. */
export type DownMessage =
  | WelcomeMessage
  | SubscribedMessage
  | UnsubscribedMessage
  | InvalidateMessage
  | GoneMessage
  | PongMessage
  | ErrorMessage
  | ResumedMessage
  | BookmarkMessage
  | ResetMessage
  | ReauthMessage
  | GoawayMessage
  | DelayedMessage;

export const downMessageSchemas = {
  WELCOME: welcomeMessageSchema,
  SUBSCRIBED: subscribedMessageSchema,
  UNSUBSCRIBED: unsubscribedMessageSchema,
  INVALIDATE: invalidateMessageSchema,
  GONE: goneMessageSchema,
  PONG: pongMessageSchema,
  ERROR: errorMessageSchema,
  RESUMED: resumedMessageSchema,
  BOOKMARK: bookmarkMessageSchema,
  RESET: resetMessageSchema,
  REAUTH: reauthMessageSchema,
  GOAWAY: goawayMessageSchema,
  DELAYED: delayedMessageSchema,
} as const satisfies Record<DownMessage["type"], object>;
