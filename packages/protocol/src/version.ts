/**
 * Version of the wire protocol. A server supports every version from `oldestSupported` on, so servers are deployed before
 * clients.
 *
 * History
 * - 1: SUBSCRIBE (ids, versions, within), UNSUBSCRIBE, UNSUBSCRIBE_ALL, PING, RESUME, AUTH; WELCOME, SUBSCRIBED,
 *   UNSUBSCRIBED, INVALIDATE, GONE, PONG, ERROR, RESUMED, BOOKMARK, RESET, REAUTH, GOAWAY, DELAYED. Unreleased: messages may still be added under this number.
 */
export const protocolVersion = 1;
export const oldestSupported = 1;
