import type { TokenSource } from "./token-source.ts";

/** Asks the application to sign somebody in: once per token, and never for one that is no longer the current one. */
export class SignInRequest {
  readonly #tokens: TokenSource;
  readonly #onRequired: () => void;
  #askedFor: string | null | undefined;

  constructor(tokens: TokenSource, onRequired: () => void) {
    this.#tokens = tokens;
    this.#onRequired = onRequired;
  }

  /** The server takes the token: should it end later, the application is asked again. */
  welcomed(): void {
    this.#askedFor = undefined;
  }

  /** A 401 speaks for the token of its own request: it must not end the session of somebody who signed in meanwhile. */
  refused(token: string, counts: () => boolean): void {
    this.#tokens.take((current) => {
      if (token === current && counts()) this.ask();
    });
  }

  ask(): void {
    const token = this.#tokens.peek();
    if (token === this.#askedFor) return;
    this.#askedFor = token;
    this.#onRequired();
  }
}
