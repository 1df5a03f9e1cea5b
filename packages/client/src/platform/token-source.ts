import { readTokenClaims } from "./token-claims.ts";

/** The current token, or null when nobody is signed in. Asked for again each time: tokens are renewed. */
export type GetToken = () => string | null | Promise<string | null>;

/** Asks for tokens, and answers at once where that is possible: a client should not start a moment later for nothing. */
export class TokenSource {
  readonly #get: GetToken;
  #last: string | null = null;
  #isAsync = false;

  constructor(get: GetToken) {
    this.#get = get;
  }

  /** The latest token that is known without waiting. */
  peek(): string | null {
    if (!this.#isAsync) this.take(() => {});
    return this.#last;
  }

  /** Calls back with the token, or undefined when it cannot be had now; before returning unless a promise is given. */
  take(callback: (token: string | null | undefined) => void): void {
    const given = this.#ask();
    if (!(given instanceof Promise)) {
      if (given !== undefined) this.#last = given;
      callback(given);
      return;
    }
    this.#isAsync = true;
    void given
      .catch(() => undefined)
      .then((token) => {
        if (token !== undefined) this.#last = token;
        callback(token);
      });
  }

  #ask(): string | null | undefined | Promise<string | null> {
    try {
      return this.#get();
    } catch {
      return undefined;
    }
  }
}

/** Names whom a token speaks for; a token that cannot be read stands for itself. */
export function readUser(token: string): string {
  const { personId, organizationId } = readTokenClaims(token);
  return personId === undefined ? token : `${personId} ${organizationId ?? ""}`;
}
