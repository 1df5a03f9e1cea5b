import { isRefusal } from "../connection/renewal-failure.ts";
import type { TokenSource } from "../platform/token-source.ts";

export interface SignInPorts {
  readonly tokens: TokenSource;
  readonly renewToken: (() => Promise<string | null>) | undefined;
  /** The token was renewed. */
  readonly onRenewed: () => void;
  readonly onRequired: () => void;
}

/** Asks the application for a sign-in: once per token, and only for the current token. */
export class SignInRequest {
  readonly #ports: SignInPorts;
  #askedFor: string | null | undefined;
  /** The token for which a renewal was tried. */
  #renewed: string | undefined;

  constructor(ports: SignInPorts) {
    this.#ports = ports;
  }

  /** The server accepts the token. When it expires later, the application is asked again. */
  welcomed(): void {
    this.#askedFor = undefined;
    this.#renewed = undefined;
  }

  /** Handles a 401. It concerns the token of its request: it must not end the session of a user who signed in since. */
  refused(token: string, counts: () => boolean): void {
    const { tokens, renewToken, onRenewed } = this.#ports;
    tokens.take((current) => {
      if (token !== current || !counts()) return;
      if (!renewToken || this.#renewed === token) return this.ask();
      // A device that slept sends its expired token first; that is no reason to sign its user out.
      this.#renewed = token;
      void renewToken().then(
        (renewed) => {
          if (renewed && renewed !== token) onRenewed();
          else if (counts()) this.ask();
        },
        (error: unknown) => {
          if (!isRefusal(error))
            this.#renewed = undefined; // an outage: the next refusal renews again
          else if (counts()) this.ask();
        },
      );
    });
  }

  ask(): void {
    const token = this.#ports.tokens.peek();
    if (token === this.#askedFor) return;
    this.#askedFor = token;
    this.#ports.onRequired();
  }
}
