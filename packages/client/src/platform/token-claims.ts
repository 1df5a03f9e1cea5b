export type TokenClaims = {
  readonly personId?: string;
  readonly organizationId?: string;
  /** Milliseconds since 1970. */
  readonly expiresAt?: number;
};

/** Reads who a token speaks for, without verifying it: only the server's word counts, this is for addressing. */
export function readTokenClaims(token: string | null): TokenClaims {
  const payload = token?.split(".")[1];
  if (!payload) return {};
  try {
    const claims: unknown = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
    if (typeof claims !== "object" || claims === null) return {};
    const { sub, org, exp } = claims as { sub?: unknown; org?: unknown; exp?: unknown };
    return {
      ...(typeof sub === "string" ? { personId: sub } : {}),
      ...(typeof org === "string" ? { organizationId: org.toLowerCase() } : {}),
      ...(typeof exp === "number" ? { expiresAt: exp * 1_000 } : {}),
    };
  } catch {
    return {};
  }
}

/**
 * Names whom a token speaks for, to tell whether another one speaks for the same person in the same organization.
 *
 * @returns empty when the token does not tell, undefined without a token
 */
export function ownerOf(token: string | null): string | undefined {
  if (token === null) return undefined;
  const { personId, organizationId } = readTokenClaims(token);
  return personId === undefined ? "" : `${personId} ${organizationId ?? ""}`;
}

/** The organization container, which everything of a tenant is inside; an organization itself is inside nothing. */
export function containerFor(type: string, token: string | null): string | null {
  return type === "organization" ? null : (readTokenClaims(token).organizationId ?? null);
}
