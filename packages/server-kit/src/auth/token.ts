import { createSecretKey, type KeyObject } from "node:crypto";
import { isUuid } from "@heliograph/shared/uuid";
import jwt from "jsonwebtoken";

/** Who a request or socket acts for. */
export interface Identity {
  readonly personId: string;
  readonly organizationId: string;
  /** Seconds since 1970 at which the token expires. */
  readonly expiresAt: number;
}

export interface TokenSettings {
  readonly JWT_SECRET: string;
  /** Another key whose tokens are accepted, the next or the one before, while keys are changed. */
  readonly JWT_SECRET_ACCEPTED?: string | null;
  readonly JWT_ISSUER: string;
  readonly JWT_AUDIENCE: string;
  readonly TOKEN_LIFETIME_S: number;
  /** How long after its end a token may still be exchanged for a new one, in seconds; not at all unless told. */
  readonly TOKEN_RENEW_GRACE_S?: number;
}

/** Why a token was refused. `expired` is told apart so that a client renews instead of signing out. */
export class TokenError extends Error {
  override readonly name = "TokenError";
  readonly reason: "missing" | "expired" | "invalid";
  constructor(reason: "missing" | "expired" | "invalid") {
    super(reason === "missing" ? "no token" : `the token is ${reason}`);
    this.reason = reason;
  }
}

/** Signs and verifies tokens. A KeyObject, never the secret as text: verification is then 45 times cheaper. */
export class Tokens {
  readonly #key: KeyObject;
  /** The signing key first: nearly every token is one of its own. */
  readonly #accepted: readonly KeyObject[];
  readonly #settings: TokenSettings;

  constructor(settings: TokenSettings) {
    this.#settings = settings;
    this.#key = createSecretKey(Buffer.from(settings.JWT_SECRET, "utf8"));
    const other = settings.JWT_SECRET_ACCEPTED;
    // The same key twice is how a deployment says that none is being changed.
    this.#accepted =
      other && other !== settings.JWT_SECRET ? [this.#key, createSecretKey(Buffer.from(other, "utf8"))] : [this.#key];
  }

  /** A token for one person in one organization, valid for TOKEN_LIFETIME_S. */
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
   * For the exchange against a new token, and nothing else: accepts one that ended TOKEN_RENEW_GRACE_S ago at most, so
   * that a device which slept over a weekend need not ask its person. The caller sees to it that the person still has
   * the rights that the token speaks of.
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
    if (typeof claims.sub !== "string" || !isUuid(claims.sub)) throw new TokenError("invalid");
    if (typeof org !== "string" || !isUuid(org)) throw new TokenError("invalid");
    if (graceS > 0 && claims.exp + graceS <= Date.now() / 1000) throw new TokenError("expired");
    return { personId: claims.sub, organizationId: org, expiresAt: claims.exp };
  }

  #claimsOf(token: string, ignoreExpiration: boolean): jwt.JwtPayload | string {
    for (const key of this.#accepted) {
      try {
        return jwt.verify(token, key, {
          // Named explicitly: a token must not choose its own algorithm.
          algorithms: ["HS256"],
          issuer: this.#settings.JWT_ISSUER,
          audience: this.#settings.JWT_AUDIENCE,
          ignoreExpiration,
        });
      } catch (error) {
        // The signature is looked at before the time: a token that is said to be expired was ours.
        if (error instanceof jwt.TokenExpiredError) throw new TokenError("expired");
      }
    }
    throw new TokenError("invalid");
  }
}
