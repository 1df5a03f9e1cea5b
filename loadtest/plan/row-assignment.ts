/**
 * Which socket holds which rows, and which arrival changes which row. Both are computed from numbers alone, so virtual
 * users, which cannot talk to each other, agree on them.
 */
import type { Tenant } from "./plan.ts";

/** The tenant of the socket with this number. */
function tenantOf(index: number, tenants: readonly Tenant[]): Tenant {
  const tenant = tenants[index % tenants.length];
  if (!tenant) throw new Error("The plan has no tenant.");
  return tenant;
}

/**
 * Positions, in the list of rows, of the rows that a socket holds. The sockets of a tenant take the next `perSocket` rows
 * in turn and wrap around, so all rows are held by the same number of sockets, give or take one.
 */
export function heldPositions(index: number, perSocket: number, tenants: readonly Tenant[]): number[] {
  const { from, to } = tenantOf(index, tenants);
  const count = to - from;
  const first = Math.floor(index / tenants.length) * perSocket;
  return Array.from({ length: Math.min(perSocket, count) }, (_, n) => from + ((first + n) % count));
}

/** How many of `sockets` sockets hold the row at `position`. */
export function holderCount(
  position: number,
  { sockets, perSocket, tenants }: { sockets: number; perSocket: number; tenants: readonly Tenant[] },
): number {
  const number = tenants.findIndex(({ from, to }) => position >= from && position < to);
  const tenant = tenants[number];
  if (!tenant) return 0;
  const rows = tenant.to - tenant.from;
  const ownSockets = Math.max(0, Math.ceil((sockets - number) / tenants.length));
  // Laid end to end, the rows of this tenant's sockets are 0, 1, 2, … modulo the number of rows.
  const laid = ownSockets * Math.min(perSocket, rows);
  const within = position - tenant.from;
  if (perSocket >= rows) return ownSockets;
  return laid > within ? Math.floor((laid - 1 - within) / rows) + 1 : 0;
}

/**
 * The row that the n-th arrival changes, and how many changes of that row this makes. Arrivals go round the rows, so
 * changes of one row are as far apart in time as possible.
 */
export function nthChange(n: number, rows: number): { position: number; count: number } {
  return { position: n % rows, count: Math.floor(n / rows) + 1 };
}
