import type { Clock } from "@heliograph/shared/clock";
import { readTokenClaims } from "../platform/token-claims.ts";
import { isRefusal } from "./renewal-failure.ts";

export interface FreshTokenPorts {
  readonly renewToken: (() => Promise<string | null>) | undefined;
  readonly clock: Clock;
}

/**
 * Renews a token that is known to be expired or refused before a socket is opened with it. Otherwise a device that slept
 * past the end of its token would be refused, and its user would be asked to sign in without need.
 */
export class FreshToken {
  readonly #ports: FreshTokenPorts;
  /** The token that the server refused. It is renewed once; if that gives no other token, the user has to sign in. */
  #refused: string | undefined;
  /** Whether the latest renewal failed for a temporary reason. */
  #later = false;

  constructor(ports: FreshTokenPorts) {
    this.#ports = ports;
  }

  /**
   * Notes that the server refused the token.
   *
   * @returns whether a renewal may still help
   */
  refused(token: string | null | undefined): boolean {
    if (!token || !this.#ports.renewToken) return false;
    if (this.#refused === token) return this.#later;
    this.#refused = token;
    this.#later = false;
    return true;
  }

  /**
   * Calls back with the token to use:
   * - the given token, synchronously, unless it is expired or refused
   * - a new token, if the given one can be renewed
   * - null, if the server refused the given one and there is no other
   * - undefined, if the server refused the given one and the renewal failed for a temporary reason
   */
  take(token: string, callback: (token: string | null | undefined) => void): void {
    const { renewToken, clock } = this.#ports;
    const refused = token === this.#refused;
    const expired = (readTokenClaims(token).expiresAt ?? Number.POSITIVE_INFINITY) <= clock.wallNow();
    if (!renewToken || (!refused && !expired)) {
      callback(token);
      return;
    }
    this.#later = false;
    void renewToken()
      .catch((error: unknown) => {
        // During an outage a user who is entitled to a new token must not be asked to sign in.
        this.#later = !isRefusal(error);
        return null;
      })
      .then((renewed) => {
        if (renewed && renewed !== token) callback(renewed);
        // Expired only by this device's clock, which may be wrong. The server decides.
        else if (!refused) callback(token);
        else callback(this.#later ? undefined : null);
      });
  }
}
