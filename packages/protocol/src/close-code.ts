/** What a client does after a close with this code. */
export type Reconnect =
  | "at once" // the server asks for it: another pod, or the same one, is ready
  | "with backoff"
  | "after a new token"
  | "never"; // the same request would be refused again

interface CloseCodeEntry {
  readonly code: number;
  readonly meaning: string;
  readonly reconnect: Reconnect;
}

/** Close codes of the socket, declared once; 4xxx codes resemble the HTTP status of the same ending. */
export const closeCodes = {
  restart: { code: 1012, meaning: "the pod stops or gives its sockets away", reconnect: "at once" },
  tooBig: {
    code: 1009,
    meaning: "a frame was larger than limits.maxMessageBytes of WELCOME",
    reconnect: "with backoff",
  },
  tooSlow: { code: 4008, meaning: "the client did not read fast enough", reconnect: "with backoff" },
  badMessage: {
    code: 4400,
    meaning: "too many malformed messages, a binary frame, or a protocol version that the server does not speak",
    reconnect: "with backoff",
  },
  unauthenticated: { code: 4401, meaning: "the token is missing, invalid or expired", reconnect: "after a new token" },
  badOrigin: { code: 4403, meaning: "the page's origin is not allowed", reconnect: "never" },
  noPong: { code: 4408, meaning: "no answer to the server's pings", reconnect: "at once" },
  replaced: { code: 4409, meaning: "another socket took this connection over", reconnect: "with backoff" },
  tooManySubscriptions: {
    code: 4413,
    meaning: "the limit of subscriptions was exceeded again and again",
    reconnect: "never",
  },
  tooFast: { code: 4429, meaning: "messages or sockets come too fast", reconnect: "with backoff" },
} as const satisfies Record<string, CloseCodeEntry>;

const byCode = new Map<number, CloseCodeEntry>(Object.values(closeCodes).map((entry) => [entry.code, entry]));

/** What a client does after `code`; unknown codes (1006 of a broken link, say) mean a backoff. */
export function reconnectAfter(code: number): Reconnect {
  return byCode.get(code)?.reconnect ?? "with backoff";
}
