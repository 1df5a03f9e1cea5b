/**
 * Version of the wire protocol. Deploy servers before clients: a server speaks every version from `oldestSupported` on.
 *
 * History
 * - 1: SUBSCRIBE (ids, versions, within), UNSUBSCRIBE, UNSUBSCRIBE_ALL, PING, RESUME, AUTH; WELCOME, SUBSCRIBED,
 *   UNSUBSCRIBED, INVALIDATE, GONE, PONG, ERROR, RESUMED, BOOKMARK, RESET, REAUTH, GOAWAY, DELAYED. Not released yet: until it is, messages may be added under the same number.
 */
export const protocolVersion = 1;
export const oldestSupported = 1;
