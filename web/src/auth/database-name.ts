import type { Person } from "./session.ts";

/** Rows and unsent changes of one person in one organization: a database of their own. */
export function databaseName({ id, organizationId }: Person): string {
  return `heliograph-${id}-${organizationId}`;
}
