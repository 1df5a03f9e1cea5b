/** Up: from the caller to the server behind the proxy. */
export type Direction = "up" | "down";

/** What a link does to its bytes. */
export type NetworkFault =
  | { readonly kind: "none" }
  /** Delays every chunk by `ms` plus a random part of `jitterMs`; the order is kept. */
  | { readonly kind: "latency"; readonly ms: number; readonly jitterMs: number }
  /** Holds all bytes in these directions until the link heals, then delivers them. */
  | { readonly kind: "stall"; readonly directions: readonly Direction[] }
  /** Resets existing and new connections. */
  | { readonly kind: "refuse" }
  /** Drops everything without closing. Connections of this time stay silent after healing, as behind a NAT that lost its state. */
  | { readonly kind: "blackhole" }
  /** Resets each connection after a random number of further bytes, at most `bytes`. */
  | { readonly kind: "drop-after"; readonly bytes: number }
  | { readonly kind: "throttle"; readonly bytesPerSecond: number; readonly direction: Direction }
  /** Drops messages that a Redis server pushes to subscribers with this probability; the stream stays well-formed. */
  | { readonly kind: "lose-messages"; readonly share: number };

/** A healthy link. */
export const noFault: NetworkFault = { kind: "none" };

/** Whether bytes may pass in this direction now. */
export function passes(fault: NetworkFault, direction: Direction): boolean {
  if (fault.kind === "blackhole" || fault.kind === "refuse") return false;
  return fault.kind !== "stall" || !fault.directions.includes(direction);
}
