import type { Person } from "./session.ts";

/** Name of the local database. Each user in each organization has a separate one for rows and unsent changes. */
export function databaseName({ id, organizationId }: Person): string {
  return `heliograph-${id}-${organizationId}`;
}
