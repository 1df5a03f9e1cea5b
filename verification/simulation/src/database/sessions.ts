/** A row of app.rxdb_session. */
export type SessionRow = {
  readonly connectionId: string;
  readonly userId: string;
  readonly organizationId: string;
  gatewayId: string;
  generation: number;
  /** Undefined while the socket is open. */
  expiresMs: number | undefined;
};

export type HeldRow = {
  readonly entityCode: string;
  readonly id: string;
  readonly container: boolean;
  /** A refused subscription: nothing is delivered until a recheck finds the row readable. */
  readonly refused: boolean;
};

const heldKey = ({ entityCode, id, container }: HeldRow): string => `${container}:${entityCode}:${id}`;

/** The tables of sessions, subscriptions and gateways. */
export class SessionTables {
  gateways = new Map<string, { heartbeatMs: number }>();
  sessions = new Map<string, SessionRow>();
  subscriptions = new Map<string, Map<string, HeldRow>>();

  create(row: SessionRow): void {
    if (!this.sessions.has(row.connectionId)) this.sessions.set(row.connectionId, row);
  }

  /** The session if this gateway and generation still own it. */
  owned(connectionId: string, gatewayId: string, generation: number): SessionRow | undefined {
    const row = this.sessions.get(connectionId);
    return row?.gatewayId === gatewayId && row.generation === generation ? row : undefined;
  }

  hold(connectionId: string, held: HeldRow): void {
    let rows = this.subscriptions.get(connectionId);
    if (!rows) {
      rows = new Map();
      this.subscriptions.set(connectionId, rows);
    }
    rows.set(heldKey(held), held);
  }

  release(connectionId: string, held: HeldRow): void {
    this.subscriptions.get(connectionId)?.delete(heldKey(held));
  }

  heldBy(connectionId: string): HeldRow[] {
    return [...(this.subscriptions.get(connectionId)?.values() ?? [])];
  }

  end(connectionId: string): void {
    if (this.sessions.delete(connectionId)) this.subscriptions.delete(connectionId);
  }

  /** Takes a connection over for another socket. Undefined when it is unknown, expired or owned by another user. */
  take(
    of: { connectionId: string; userId: string; organizationId: string; gatewayId: string },
    nowMs: number,
  ): SessionRow | undefined {
    const row = this.sessions.get(of.connectionId);
    if (!row || row.userId !== of.userId || row.organizationId !== of.organizationId) return undefined;
    if (row.expiresMs !== undefined && row.expiresMs <= nowMs) return undefined;
    row.gatewayId = of.gatewayId;
    row.generation += 1;
    row.expiresMs = undefined;
    return row;
  }

  /** Declares silent gateways dead and deletes expired sessions. */
  reap(deadAfterMs: number, graceMs: number, nowMs: number): void {
    for (const [id, { heartbeatMs }] of this.gateways) if (heartbeatMs < nowMs - deadAfterMs) this.gateways.delete(id);
    for (const row of this.sessions.values()) {
      if (row.expiresMs === undefined && !this.gateways.has(row.gatewayId)) row.expiresMs = nowMs + graceMs;
    }
    for (const row of [...this.sessions.values()])
      if (row.expiresMs !== undefined && row.expiresMs < nowMs) this.end(row.connectionId);
  }

  clone(): SessionTables {
    const copy = new SessionTables();
    copy.gateways = new Map([...this.gateways].map(([id, row]) => [id, { ...row }]));
    copy.sessions = new Map([...this.sessions].map(([id, row]) => [id, { ...row }]));
    copy.subscriptions = new Map([...this.subscriptions].map(([id, rows]) => [id, new Map(rows)]));
    return copy;
  }
}
