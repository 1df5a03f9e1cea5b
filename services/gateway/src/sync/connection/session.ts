/**
 * A connection as app.rxdb_session has it. Rows are written and deleted only while the session still belongs to this
 * gateway and generation, so a late statement of a slow gateway changes nothing after another one took over.
 */
export interface Session {
  readonly connectionId: string;
  readonly userId: string;
  readonly organizationId: string;
  readonly gatewayId: string;
  readonly generation: number;
  /** The row may exist: true from the first attempt to write it. */
  attempted: boolean;
  /** The row exists. */
  created: boolean;
}
