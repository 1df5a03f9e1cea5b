/** A row of app.rxdb_session. */
export type SessionRow = {
  readonly connectionId: string;
  readonly userId: string;
  readonly organizationId: string;
  gatewayId: string;
  generation: number;
  /** Undefined while the socket lives. */
  expiresMs: number | undefined;
};

export type HeldRow = {
  readonly code: string;
  readonly id: string;
  readonly container: boolean;
  /** Refused so far: nothing is delivered until it is found readable. */
  readonly dormant: boolean;
};

const heldKey = ({ code, id, container }: HeldRow): string => `${container}:${code}:${id}`;

/** Sessions, subscriptions and gateways as rows. */
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

  /** Another socket goes on with the connection. Undefined: unknown, expired or somebody else's. */
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

  /** Gives silent gateways up and deletes what has expired. */
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
