import type { Held } from "./chaos-client.ts";

/** The key under which a client's store keeps a row. */
export function entityKeyOf(held: Pick<Held, "type" | "id">): string {
  return `${held.type}:${held.id}`;
}
