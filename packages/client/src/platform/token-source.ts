/** The current token, or null without a signed-in user. Called for each request and connection: tokens are renewed. */
export type GetToken = () => string | null | Promise<string | null>;

/** Gets tokens, synchronously where `getToken` allows it, so that the client does not start later than necessary. */
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

  /** Calls back with the token, or undefined when `getToken` fails. Synchronous unless `getToken` returns a promise. */
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
