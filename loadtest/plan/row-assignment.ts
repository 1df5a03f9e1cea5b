/** Who holds which rows, who writes which: arithmetic, so that virtual users that cannot talk to each other agree. */
import type { Tenant } from "./plan.ts";

/** The tenant of the socket with this number. */
export function tenantOf(index: number, tenants: readonly Tenant[]): Tenant {
  const tenant = tenants[index % tenants.length];
  if (!tenant) throw new Error("The plan has no tenant.");
  return tenant;
}

/**
 * Positions in the list of rows that a socket holds: the sockets of a tenant take turns, each the next `perSocket` rows,
 * around and around. So every row is held by as many sockets as any other, give or take one.
 */
export function heldBy(index: number, perSocket: number, tenants: readonly Tenant[]): number[] {
  const { from, to } = tenantOf(index, tenants);
  const count = to - from;
  const first = Math.floor(index / tenants.length) * perSocket;
  return Array.from({ length: Math.min(perSocket, count) }, (_, n) => from + ((first + n) % count));
}

/** How many of `sockets` sockets hold the row at `position`. */
export function holdersOf(
  position: number,
  { sockets, perSocket, tenants }: { sockets: number; perSocket: number; tenants: readonly Tenant[] },
): number {
  const number = tenants.findIndex(({ from, to }) => position >= from && position < to);
  const tenant = tenants[number];
  if (!tenant) return 0;
  const rows = tenant.to - tenant.from;
  const ownSockets = Math.max(0, Math.ceil((sockets - number) / tenants.length));
  // Laid end to end, their rows are 0, 1, 2, … modulo the number of rows.
  const laid = ownSockets * Math.min(perSocket, rows);
  const within = position - tenant.from;
  if (perSocket >= rows) return ownSockets;
  return laid > within ? Math.floor((laid - 1 - within) / rows) + 1 : 0;
}

/**
 * The row of the n-th change, and the how-many-th change of that row it is: around and around as well, so that the
 * changes of one row lie as far apart as they can.
 */
export function nthChange(n: number, rows: number): { position: number; count: number } {
  return { position: n % rows, count: Math.floor(n / rows) + 1 };
}
