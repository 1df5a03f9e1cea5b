/** What a client does after a close. */
export type Reconnect =
  | "at once" // another gateway, or the same one, is ready
  | "with backoff"
  | "after a new token"
  | "never"; // the same attempt would be refused again

interface CloseCodeEntry {
  readonly code: number;
  readonly meaning: string;
  readonly reconnect: Reconnect;
}

/** Close codes of the socket. A 4xxx code resembles the HTTP status with the same meaning. */
export const closeCodes = {
  restart: {
    code: 1012,
    meaning: "the gateway is stopping, or hands its sockets to another one",
    reconnect: "at once",
  },
  tooBig: {
    code: 1009,
    meaning: "a frame was larger than `limits.maxMessageBytes` of WELCOME",
    reconnect: "with backoff",
  },
  tooSlow: { code: 4008, meaning: "the client read too slowly", reconnect: "with backoff" },
  badMessage: {
    code: 4400,
    meaning: "too many malformed messages, a binary frame, or an unsupported protocol version",
    reconnect: "with backoff",
  },
  unauthenticated: { code: 4401, meaning: "the token is missing, invalid or expired", reconnect: "after a new token" },
  badOrigin: { code: 4403, meaning: "the origin of the page is not allowed", reconnect: "never" },
  noPong: { code: 4408, meaning: "the client did not answer the server's pings", reconnect: "at once" },
  replaced: { code: 4409, meaning: "another socket resumed this connection", reconnect: "with backoff" },
  tooManySubscriptions: {
    code: 4413,
    meaning: "the client exceeded the limit of subscriptions repeatedly",
    reconnect: "never",
  },
  tooFast: { code: 4429, meaning: "the client sends messages or opens sockets too fast", reconnect: "with backoff" },
} as const satisfies Record<string, CloseCodeEntry>;

const byCode = new Map<number, CloseCodeEntry>(Object.values(closeCodes).map((entry) => [entry.code, entry]));

/** What a client does after `code`. Unknown codes, such as 1006 for a broken connection, mean a backoff. */
export function reconnectAfter(code: number): Reconnect {
  return byCode.get(code)?.reconnect ?? "with backoff";
}
