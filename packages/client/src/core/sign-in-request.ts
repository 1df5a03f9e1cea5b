import { isRefusal } from "../connection/renewal-failure.ts";
import type { TokenSource } from "../platform/token-source.ts";

export type SignInPorts = {
  readonly tokens: TokenSource;
  readonly renewToken: (() => Promise<string | null>) | undefined;
  /** There is another token now. */
  readonly onRenewed: () => void;
  readonly onRequired: () => void;
};

/** Asks the application to sign somebody in: once per token, and never for one that is no longer the current one. */
export class SignInRequest {
  readonly #ports: SignInPorts;
  #askedFor: string | null | undefined;
  /** A renewal in place of this token was tried. */
  #renewed: string | undefined;

  constructor(ports: SignInPorts) {
    this.#ports = ports;
  }

  /** The server takes the token: should it end later, the application is asked again. */
  welcomed(): void {
    this.#askedFor = undefined;
    this.#renewed = undefined;
  }

  /** A 401 speaks for the token of its own request: it must not end the session of somebody who signed in meanwhile. */
  refused(token: string, counts: () => boolean): void {
    const { tokens, renewToken, onRenewed } = this.#ports;
    tokens.take((current) => {
      if (token !== current || !counts()) return;
      if (!renewToken || this.#renewed === token) return this.ask();
      // A device that slept asks with its old token first; that is no reason to send its person away.
      this.#renewed = token;
      void renewToken().then(
        (renewed) => {
          if (renewed && renewed !== token) onRenewed();
          else if (counts()) this.ask();
        },
        (error: unknown) => {
          if (!isRefusal(error))
            this.#renewed = undefined; // an outage: the next refusal asks once more
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
