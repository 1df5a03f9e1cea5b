import type { Clock } from "@heliograph/shared/clock";
import { readTokenClaims } from "../platform/token-claims.ts";
import { isRefusal } from "./renewal-failure.ts";

export type FreshTokenPorts = {
  readonly renewToken: (() => Promise<string | null>) | undefined;
  readonly clock: Clock;
};

/**
 * Sees to it that nobody dials with a token that is known to be spent: a device that slept past the end of its token
 * would only be refused, and a person asked to sign in who need not.
 */
export class FreshToken {
  readonly #ports: FreshTokenPorts;
  /** Refused by the server; renewed once, and if that gives no other, the person is asked. */
  #refused: string | undefined;
  /** The latest renewal failed for a reason that may pass. */
  #later = false;

  constructor(ports: FreshTokenPorts) {
    this.#ports = ports;
  }

  /** The server refused the token. True if a renewal may still help. */
  refused(token: string | null | undefined): boolean {
    if (!token || !this.#ports.renewToken) return false;
    if (this.#refused === token) return this.#later;
    this.#refused = token;
    this.#later = false;
    return true;
  }

  /**
   * Calls back with the token, before returning if it is good; with a new one if it is spent and can be renewed; with
   * null if the server refused it and there is no other; with undefined if it refused it and another cannot be had now.
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
        // An outage must not send a person away who has a right to a new token.
        this.#later = !isRefusal(error);
        return null;
      })
      .then((renewed) => {
        if (renewed && renewed !== token) callback(renewed);
        // Expired by this device's clock only, which may be wrong: the server decides.
        else if (!refused) callback(token);
        else callback(this.#later ? undefined : null);
      });
  }
}
