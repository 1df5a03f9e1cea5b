/** Up: from the caller to the server behind the proxy. */
export type Direction = "up" | "down";

/** What a link does to the bytes on it. */
export type Trouble =
  | { readonly kind: "none" }
  /** Every piece arrives this much later, in order. */
  | { readonly kind: "latency"; readonly ms: number; readonly jitterMs: number }
  /** Nothing passes in these directions until the link heals; then all of it does. */
  | { readonly kind: "stall"; readonly directions: readonly Direction[] }
  /** Present and new connections are reset. */
  | { readonly kind: "refuse" }
  /** Nothing passes, nobody is told, and connections from this time stay silent for ever, as behind a NAT that forgot. */
  | { readonly kind: "blackhole" }
  /** Each connection is reset after so many more bytes, at most. */
  | { readonly kind: "drop-after"; readonly bytes: number }
  | { readonly kind: "throttle"; readonly bytesPerSecond: number; readonly direction: Direction }
  /** Messages that a Redis server pushes to subscribers disappear with this probability; the stream stays well-formed. */
  | { readonly kind: "lose-messages"; readonly share: number };

/** A link in good order. */
export const noTrouble: Trouble = { kind: "none" };

/** Whether a piece may be sent on at all now. */
export function passes(trouble: Trouble, direction: Direction): boolean {
  if (trouble.kind === "blackhole" || trouble.kind === "refuse") return false;
  return trouble.kind !== "stall" || !trouble.directions.includes(direction);
}
