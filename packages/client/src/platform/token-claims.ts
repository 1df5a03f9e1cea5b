import { tenantContainer } from "@heliograph/shared/container";
export interface TokenClaims {
  readonly personId?: string;
  readonly organizationId?: string;
  /** Milliseconds since 1970. */
  readonly expiresAt?: number;
  /**
   * Names the user: person and organization. Equal for two tokens of the same user; absent when the token cannot be read
   * or names no person.
   */
  readonly user?: string;
}

/** Reads the claims of a token without verifying it. They serve to address requests; only the server decides on rights. */
export function readTokenClaims(token: string | null): TokenClaims {
  const payload = token?.split(".")[1];
  if (!payload) return {};
  try {
    const claims: unknown = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
    if (typeof claims !== "object" || claims === null) return {};
    const { sub, org, exp } = claims as { sub?: unknown; org?: unknown; exp?: unknown };
    const organizationId = typeof org === "string" ? org.toLowerCase() : undefined;
    return {
      ...(typeof sub === "string" ? { personId: sub, user: `${sub} ${organizationId ?? ""}` } : {}),
      ...(organizationId === undefined ? {} : { organizationId }),
      ...(typeof exp === "number" ? { expiresAt: exp * 1_000 } : {}),
    };
  } catch {
    return {};
  }
}

/** The container of all rows of the token's tenant; null without one. */
export function defaultContainer(token: string | null): string | null {
  const { organizationId } = readTokenClaims(token);
  return organizationId === undefined ? null : tenantContainer(organizationId);
}
