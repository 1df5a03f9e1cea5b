/**
 * A connection as app.rxdb_session knows it. Rows are written and deleted only while the session still belongs to this
 * gateway and generation, so what a slow pod does late changes nothing after another one took over.
 */
export type Session = {
  readonly connectionId: string;
  readonly userId: string;
  readonly organizationId: string;
  readonly gatewayId: string;
  readonly generation: number;
  /** The row may exist: from the first attempt to write it. */
  attempted: boolean;
  /** The row exists. */
  created: boolean;
};
