import type { Connection } from "./connection.ts";

/** A person in an organization, with all sockets on this pod: rights are read once for all of them. */
export type User = {
  readonly personId: string;
  readonly organizationId: string;
  readonly connections: Set<Connection>;
};
