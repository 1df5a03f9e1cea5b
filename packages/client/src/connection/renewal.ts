import type { UpMessage } from "@heliograph/protocol";
import type { Clock } from "@heliograph/shared/clock";
import { Timer } from "@heliograph/shared/timer";
import type { Logger } from "../platform/logger.ts";
import type { TokenSource } from "../platform/token-source.ts";

/**
 * Delay between attempts to renew, milliseconds. The server sends REAUTH 60 s before the token expires, which allows a few.
 */
const renewalRetryMs = 15_000;

export interface RenewalPorts {
  readonly tokens: TokenSource;
  /** Gets a new token for the same user when `tokens` has no other. */
  readonly renewToken: (() => Promise<string | null>) | undefined;
  readonly send: (message: UpMessage) => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Sends a new token over the open socket before the old one expires, so that a renewal needs no new connection. */
export class Renewal {
  readonly #ports: RenewalPorts;
  readonly #timer: Timer;
  /** Counts sockets and offers. A token that was requested for an earlier one is not used. */
  #turn = 0;
  #token: string | null = null;
  #offered: { readonly id: string; readonly token: string } | undefined;
  #expiresAt = 0;

  constructor(ports: RenewalPorts) {
    this.#ports = ports;
    this.#timer = new Timer(ports.clock);
  }

  /** The token that the socket was opened with, or the latest one that the server accepted since. */
  get token(): string | null {
    return this.#token;
  }

  /** A socket is being opened with this token. */
  begin(token: string | null): void {
    this.end();
    this.#token = token;
  }

  end(): void {
    this.#turn += 1;
    this.#timer.clear();
    this.#offered = undefined;
  }

  /** Handles REAUTH: with an id the server accepts the offered token, without one it requests a token. */
  asked(id: string | undefined, expiresAt: string): void {
    if (id !== undefined) {
      if (this.#offered?.id !== id) return;
      this.#token = this.#offered.token;
      this.#offered = undefined;
      this.#timer.clear();
      return;
    }
    this.#expiresAt = Date.parse(expiresAt);
    this.#renew();
  }

  /**
   * Handles ERROR.
   *
   * @returns whether it answers the offered token
   */
  refused(id: string | undefined): boolean {
    if (id === undefined || this.#offered?.id !== id) return false;
    this.#offered = undefined;
    this.#tryLater();
    return true;
  }

  offer(token: string): void {
    const id = `a${++this.#turn}`;
    if (this.#ports.send({ type: "AUTH", id, payload: { token } })) this.#offered = { id, token };
    else this.#tryLater();
  }

  #renew(): void {
    const turn = ++this.#turn;
    this.#ports.tokens.take((token) => {
      if (turn !== this.#turn) return;
      if (token && token !== this.#token) this.offer(token);
      else void this.#renewSame(turn);
    });
  }

  async #renewSame(turn: number): Promise<void> {
    const { renewToken, logger } = this.#ports;
    if (!renewToken) return; // the server closes the socket with 4401, and the application asks for a sign-in
    const token = await renewToken().catch((error: unknown) => {
      logger.warn(`[Sync] failed to renew the token; retrying while it is valid: ${String(error)}`);
      return null;
    });
    if (turn !== this.#turn) return;
    if (token && token !== this.#token) this.offer(token);
    else this.#tryLater();
  }

  #tryLater(): void {
    const { clock } = this.#ports;
    if (clock.wallNow() + renewalRetryMs < this.#expiresAt) this.#timer.set(renewalRetryMs, () => this.#renew());
  }
}
