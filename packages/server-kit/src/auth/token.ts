import { createSecretKey, type KeyObject } from "node:crypto";
import jwt from "jsonwebtoken";

/** The person and organization that a request or socket acts for. */
export interface Identity {
  readonly personId: string;
  readonly organizationId: string;
  /** Seconds since 1970 at which the token expires. */
  readonly expiresAt: number;
}

export interface TokenSettings {
  readonly JWT_SECRET: string;
  /** A second accepted key, the next or the previous one, during a key rotation. */
  readonly JWT_SECRET_ACCEPTED?: string | null;
  readonly JWT_ISSUER: string;
  readonly JWT_AUDIENCE: string;
  readonly TOKEN_LIFETIME_S: number;
  /** Seconds after its expiry during which a token can be exchanged for a new one; 0 by default. */
  readonly TOKEN_RENEW_GRACE_S?: number;
}

/** Why a token was refused. `expired` is a reason of its own so that a client renews the token instead of signing out. */
export class TokenError extends Error {
  override readonly name = "TokenError";
  readonly reason: "missing" | "expired" | "invalid";
  constructor(reason: "missing" | "expired" | "invalid") {
    super(reason === "missing" ? "no token" : `the token is ${reason}`);
    this.reason = reason;
  }
}

/** Longest id of a person or tenant, characters; more than any identity provider issues. */
const maxNameLength = 255;

/** Whether a claim can be an id: any text that PostgreSQL can store. */
const isName = (claim: unknown): claim is string =>
  typeof claim === "string" &&
  claim !== "" &&
  claim.length <= maxNameLength &&
  claim.isWellFormed() &&
  !claim.includes("\0");

/** Signs and verifies tokens. It uses a KeyObject instead of the secret as text, which makes verification 45 times cheaper. */
export class Tokens {
  readonly #key: KeyObject;
  /** Accepted keys, the signing key first, because nearly every token is signed with it. */
  readonly #accepted: readonly KeyObject[];
  readonly #settings: TokenSettings;

  constructor(settings: TokenSettings) {
    this.#settings = settings;
    this.#key = createSecretKey(Buffer.from(settings.JWT_SECRET, "utf8"));
    const other = settings.JWT_SECRET_ACCEPTED;
    // A deployment passes the same key twice when no rotation is in progress.
    this.#accepted =
      other && other !== settings.JWT_SECRET ? [this.#key, createSecretKey(Buffer.from(other, "utf8"))] : [this.#key];
  }

  /** Signs a token for one person in one organization, valid for TOKEN_LIFETIME_S. */
  sign(identity: { personId: string; organizationId: string }, now = Date.now()): { token: string; expiresAt: Date } {
    const issuedAt = Math.floor(now / 1000);
    const expires = issuedAt + this.#settings.TOKEN_LIFETIME_S;
    const token = jwt.sign(
      { sub: identity.personId, org: identity.organizationId, iat: issuedAt, exp: expires },
      this.#key,
      {
        algorithm: "HS256",
        issuer: this.#settings.JWT_ISSUER,
        audience: this.#settings.JWT_AUDIENCE,
      },
    );
    return { token, expiresAt: new Date(expires * 1000) };
  }

  /** @throws {TokenError} */
  verify(token: string | undefined): Identity {
    return this.#identityOf(token, 0);
  }

  /**
   * Verifies a token for renewal only: one that expired at most TOKEN_RENEW_GRACE_S ago is accepted, so that a device that
   * was asleep over a weekend need not ask for the password. The caller must check that the membership still exists.
   *
   * @throws {TokenError}
   */
  verifyForRenewal(token: string | undefined): Identity {
    return this.#identityOf(token, this.#settings.TOKEN_RENEW_GRACE_S ?? 0);
  }

  #identityOf(token: string | undefined, graceS: number): Identity {
    if (!token) throw new TokenError("missing");
    const claims = this.#claimsOf(token, graceS > 0);
    if (typeof claims === "string" || typeof claims.exp !== "number") throw new TokenError("invalid");
    const org: unknown = claims["org"];
    if (!isName(claims.sub) || !isName(org)) throw new TokenError("invalid");
    if (graceS > 0 && claims.exp + graceS <= Date.now() / 1000) throw new TokenError("expired");
    return { personId: claims.sub, organizationId: org, expiresAt: claims.exp };
  }

  #claimsOf(token: string, ignoreExpiration: boolean): jwt.JwtPayload | string {
    for (const key of this.#accepted) {
      try {
        return jwt.verify(token, key, {
          // Named explicitly, because a token must not choose its own algorithm.
          algorithms: ["HS256"],
          issuer: this.#settings.JWT_ISSUER,
          audience: this.#settings.JWT_AUDIENCE,
          ignoreExpiration,
        });
      } catch (error) {
        // The signature is verified before the expiry, so an expired token was signed with this key.
        if (error instanceof jwt.TokenExpiredError) throw new TokenError("expired");
      }
    }
    throw new TokenError("invalid");
  }
}
