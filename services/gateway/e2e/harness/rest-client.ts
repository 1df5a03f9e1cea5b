/** A row as the REST API returns it. */
export type Document = Readonly<Record<string, unknown>> & { readonly $id: string; readonly $version: number };
/** The body of an error answer. */
export interface ErrorBody {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly remedy?: string;
    readonly requestId?: string;
  };
}

interface Answer<Body> {
  readonly status: number;
  readonly body: Body;
  readonly headers: Headers;
}

export interface Page {
  readonly items: readonly Document[];
  readonly nextCursor: string | null;
}

interface Person {
  readonly id: string;
  readonly email: string;
  readonly organizationId: string;
}

/** The password of every demo user. */
const password = "heliograph";

/** A signed-in demo user at one gateway. */
export class RestClient {
  readonly url: string;
  readonly token: string;
  readonly person: Person;

  constructor(parts: { url: string; token: string; person: Person }) {
    this.url = parts.url;
    this.token = parts.token;
    this.person = parts.person;
  }

  static async login(url: string, email: string): Promise<RestClient> {
    const response = await fetch(new URL("/api/v1/auth/login", url), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email, password }),
    });
    if (response.status !== 200)
      throw new Error(`login of ${email} was answered ${response.status}: ${await response.text()}`);
    const { token, person } = (await response.json()) as { token: string; person: Person };
    return new RestClient({ url, token, person });
  }

  /** A client of the same user for another gateway. */
  at(url: string): RestClient {
    return new RestClient({ url, token: this.token, person: this.person });
  }

  /** `path` below /api/v1/, for example `project?limit=5`. */
  get<Body = Document>(path: string): Promise<Answer<Body>> {
    return this.#call("GET", path);
  }

  post<Body = Document>(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer<Body>> {
    return this.#call("POST", path, body, headers);
  }

  patch<Body = Document>(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer<Body>> {
    return this.#call("PATCH", path, body, headers);
  }

  delete<Body = Document>(path: string, headers: Record<string, string> = {}): Promise<Answer<Body>> {
    return this.#call("DELETE", path, undefined, headers);
  }

  async #call<Body>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<Body>> {
    const response = await fetch(new URL(`/api/v1/${path}`, this.url), {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: (text === "" ? undefined : JSON.parse(text)) as Body,
      headers: response.headers,
    };
  }
}
