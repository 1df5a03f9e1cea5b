import { type Identity, TokenError } from "@heliograph/server-kit";
import type { Person } from "../database/rows.ts";
import { epochMs } from "../engine/epoch.ts";

/** A token in the shape that clients read; nothing is signed, for nobody forges here. `untilMs`: since the beginning. */
export function makeToken({ personId, organizationId }: Person, untilMs: number): string {
  const claims = { sub: personId, org: organizationId, exp: (epochMs + untilMs) / 1000 };
  return `sim.${btoa(JSON.stringify(claims))}.sim`;
}

/** @throws {TokenError} when it has expired by the clock of whoever asks */
export function verifyToken(token: string | undefined): Identity {
  const payload = token?.split(".")[1];
  if (!payload) throw new TokenError("missing");
  const { sub, org, exp } = JSON.parse(atob(payload)) as { sub: string; org: string; exp: number };
  if (exp * 1000 <= Date.now()) throw new TokenError("expired");
  return { personId: sub, organizationId: org, expiresAt: exp };
}
