import { type Identity, TokenError } from "@heliograph/server-kit";
import type { Person } from "../database/rows.ts";
import { epochMs } from "../engine/epoch.ts";

/** An unsigned token with the claims that clients read. `untilMs`: expiry, since the start of the simulation. */
export function makeToken({ personId, organizationId }: Person, untilMs: number): string {
  const claims = { sub: personId, org: organizationId, exp: (epochMs + untilMs) / 1000 };
  return `sim.${btoa(JSON.stringify(claims))}.sim`;
}

/** @throws {TokenError} when it is missing, or expired by the clock of the calling process */
export function verifyToken(token: string | undefined): Identity {
  const payload = token?.split(".")[1];
  if (!payload) throw new TokenError("missing");
  const { sub, org, exp } = JSON.parse(atob(payload)) as { sub: string; org: string; exp: number };
  if (exp * 1000 <= Date.now()) throw new TokenError("expired");
  return { personId: sub, organizationId: org, expiresAt: exp };
}
