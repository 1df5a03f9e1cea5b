/** Shortest wait for a PONG, milliseconds: a working link answers within it. A shorter ping interval shortens it. */
export const minPongMs = 2_000;

export interface LivenessTimeouts {
  /** After this long without a message the client sends a PING. */
  readonly quietMs: number;
  /** After this long without any message after the PING the link counts as dead. */
  readonly pongMs: number;
}

/**
 * How long a server may be silent, milliseconds: 12.5 s and 5 s with its usual ping interval of 25 s. It sends a BOOKMARK
 * every 10 s, so a working link hardly ever needs a PING. Without these timeouts a link that died silently would show rows
 * as current until TCP notices.
 */
export function livenessTimeouts(pingIntervalMs: number): LivenessTimeouts {
  const pongMs = Math.min(pingIntervalMs, Math.max(minPongMs, Math.round(pingIntervalMs / 5)));
  return { quietMs: Math.round(pingIntervalMs / 2), pongMs };
}

/** How long a silence lasts before the link counts as dead, milliseconds. */
export function silenceMs(pingIntervalMs: number): number {
  const { quietMs, pongMs } = livenessTimeouts(pingIntervalMs);
  return quietMs + pongMs;
}

/**
 * Longest wait for WELCOME, milliseconds. A server that accepted the socket answers at once, and 10 s cover a slow phone
 * network.
 */
export const welcomeTimeoutMs = 10_000;
/**
 * Timeout of the first attempt. An attempt that started on a dead network is never answered, but the next one may be
 * answered at once. The timeout doubles after each failure, for slow networks.
 */
const firstWelcomeTimeoutMs = 2_500;
/** Longest wait for the probe, which is one small GET, milliseconds. */
export const probeTimeoutMs = 8_000;

/** Timeout of the next attempt after this many consecutive failures, milliseconds. */
export function timeoutAfter(failures: number, longestMs: number): number {
  return Math.min(longestMs, firstWelcomeTimeoutMs * 2 ** Math.min(failures, 10));
}
