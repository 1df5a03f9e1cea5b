/** A link that works answers within this, milliseconds; a shorter interval of pings asks for a shorter patience. */
export const leastPongMs = 2_000;

export type Patience = {
  /** After so long a silence the client asks by a PING whether anybody is there. */
  readonly quietMs: number;
  /** Without any frame for so long after it the link counts as dead. */
  readonly pongMs: number;
};

/**
 * How long a server may be silent, milliseconds: 12.5 s and 5 s with its usual pings every 25 s. It vouches for what it
 * told every 10 s, so that a link that works is hardly ever asked; one that broke without a word would otherwise show rows as
 * current for as long as TCP and its own pings take.
 */
export function patienceWith(pingIntervalMs: number): Patience {
  const pongMs = Math.min(pingIntervalMs, Math.max(leastPongMs, Math.round(pingIntervalMs / 5)));
  return { quietMs: Math.round(pingIntervalMs / 2), pongMs };
}

/** How long a silence lasts before the link counts as dead, milliseconds. */
export function silenceMs(pingIntervalMs: number): number {
  const { quietMs, pongMs } = patienceWith(pingIntervalMs);
  return quietMs + pongMs;
}

/** A server that accepted the socket answers at once; ten seconds cover a slow phone network. */
export const welcomeTimeoutMs = 10_000;
/**
 * The first tries get less: one that was begun while the network was silent stays silent, and the next may be answered at
 * once. A slow network is met with twice as much after each failure.
 */
export const firstWelcomeTimeoutMs = 2_500;
/** The probe is one small GET. */
export const probeTimeoutMs = 8_000;

/** How long the next try may take after so many failures in a row. */
export function timeoutAfter(failures: number, longestMs: number): number {
  return Math.min(longestMs, firstWelcomeTimeoutMs * 2 ** Math.min(failures, 10));
}
