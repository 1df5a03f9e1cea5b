import type { Clock } from "@heliograph/shared/clock";
import { randomUuid } from "@heliograph/shared/uuid";
import { browserClock } from "../platform/browser-clock.ts";
import type { GetToken } from "../platform/token-source.ts";
import { ApiError, ConflictError } from "./api-error.ts";
import { type ListQuery, toSearchParams } from "./list-query.ts";
import type { EntityDoc } from "./register.ts";

/** An answer that takes longer is given up; the request may be repeated. */
export const requestTimeoutMs = 30_000;

export type ListPage = { readonly items: EntityDoc[]; readonly nextCursor: string | null };
export type Person = {
  readonly id: string;
  readonly email: string;
  readonly fname: string;
  readonly lname: string;
  readonly organizationId: string;
  readonly role: string;
};
export type Login = { readonly token: string; readonly expiresAt: string; readonly person: Person };
export type HistoryItem = {
  readonly at: string;
  readonly actor: unknown;
  readonly action: string;
  readonly version: number;
  readonly columns: readonly string[];
};

export type CallOptions = {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until the answer is given up; `requestTimeoutMs` unless told. */
  readonly timeoutMs?: number | undefined;
};
export type WriteOptions = CallOptions & {
  /** Names the write: repeated with the same key it acts once. Made up when absent. */
  readonly idempotencyKey?: string | undefined;
  /** The version that the change is based on; another one on the server is a `ConflictError`. */
  readonly ifMatch?: number | undefined;
};

export type ApiClient = {
  list(code: string, query?: ListQuery & { cursor?: string | undefined }, options?: CallOptions): Promise<ListPage>;
  get(code: string, id: string, options?: CallOptions): Promise<EntityDoc>;
  /** Up to 200 rows; those that do not exist or may not be read are named in `gone`. */
  getMany(code: string, ids: readonly string[], options?: CallOptions): Promise<{ items: EntityDoc[]; gone: string[] }>;
  create(code: string, doc: Record<string, unknown>, options?: WriteOptions): Promise<EntityDoc>;
  update(code: string, id: string, changes: Record<string, unknown>, options?: WriteOptions): Promise<EntityDoc>;
  remove(code: string, id: string, options?: WriteOptions): Promise<{ id: string; version: number }>;
  history(code: string, id: string, options?: CallOptions): Promise<{ items: HistoryItem[] }>;
  login(email: string, password: string, options?: CallOptions): Promise<Login>;
  /** A new token for the person of the current one, which may have ended a while ago: the server's TOKEN_RENEW_GRACE_S. */
  renew(options?: CallOptions): Promise<Login>;
  me(options?: CallOptions): Promise<{ person: Person }>;
  /** The catalog of entity types, for generic tools. */
  entityTypes(options?: CallOptions): Promise<unknown>;
};

export type ApiClientConfig = {
  /** `/api/v1`, or with a host; no slash at the end. */
  readonly baseUrl: string;
  readonly getToken: GetToken;
  readonly fetch?: typeof fetch | undefined;
  readonly clock?: Clock | undefined;
  /** Called with each 401 to a request that carried a token, and with that token. */
  readonly onUnauthenticated?: ((token: string) => void) | undefined;
};

type Request = CallOptions & {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
};

/** The REST API with typed errors: every failure is an `ApiError`, and a lost race for a row a `ConflictError`. */
export function createApiClient(config: ApiClientConfig): ApiClient {
  const read = <Answer>(path: string, options?: CallOptions) =>
    request<Answer>(config, { ...options, method: "GET", path });
  const write = <Answer>(method: "POST" | "PATCH" | "DELETE", path: string, body: unknown, options?: WriteOptions) =>
    request<Answer>(config, {
      method,
      path,
      body,
      headers: writeHeaders(options),
      signal: options?.signal,
      timeoutMs: options?.timeoutMs,
    });

  return {
    list(code, query = {}, options) {
      const params = toSearchParams(query);
      if (query.cursor !== undefined) params.set("cursor", query.cursor);
      return read(`/${code}${params.size > 0 ? `?${params}` : ""}`, options);
    },
    get: (code, id, options) => read(`/${code}/${id}`, options),
    getMany: (code, ids, options) => read(`/${code}?ids=${ids.join(",")}`, options),
    create: (code, doc, options) => write("POST", `/${code}`, doc, options),
    update: (code, id, changes, options) => write("PATCH", `/${code}/${id}`, changes, options),
    remove: (code, id, options) => write("DELETE", `/${code}/${id}`, undefined, options),
    history: (code, id, options) => read(`/${code}/${id}/history`, options),
    login: (email, password, options) =>
      request(config, { method: "POST", path: "/auth/login", body: { email, password }, signal: options?.signal }),
    renew: (options) => request(config, { method: "POST", path: "/auth/renew", signal: options?.signal }),
    me: (options) => read("/auth/me", options),
    entityTypes: (options) => read("/entity-types", options),
  };
}

function writeHeaders(options?: WriteOptions): Record<string, string> {
  return {
    "idempotency-key": options?.idempotencyKey ?? randomUuid(),
    ...(options?.ifMatch === undefined ? {} : { "if-match": `"${options.ifMatch}"` }),
  };
}

async function request<Answer>(config: ApiClientConfig, call: Request): Promise<Answer> {
  const given = config.getToken();
  const token = given instanceof Promise ? await given : given;
  const { status, body, retryAfterMs } = await send(config, call, token);
  if (status >= 200 && status < 300 && body !== undefined) return body as Answer;
  if (status === 401 && token !== null) config.onUnauthenticated?.(token);
  throw toError(status, body, retryAfterMs);
}

type Answer = { readonly status: number; readonly body: unknown; readonly retryAfterMs: number | undefined };

async function send(config: ApiClientConfig, call: Request, token: string | null): Promise<Answer> {
  const timeout = new AbortController();
  const cancelTimer = (config.clock ?? browserClock).setTimer(
    () => timeout.abort(),
    call.timeoutMs ?? requestTimeoutMs,
  );
  const headers: Record<string, string> = { accept: "application/json", ...call.headers };
  if (token !== null) headers["authorization"] = `Bearer ${token}`;
  if (call.body !== undefined) headers["content-type"] = "application/json";
  try {
    const response = await (config.fetch ?? fetch)(`${config.baseUrl}${call.path}`, {
      method: call.method,
      headers,
      signal: call.signal ? AbortSignal.any([call.signal, timeout.signal]) : timeout.signal,
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    });
    const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
    return {
      status: response.status,
      body: parseJson(await response.text()),
      retryAfterMs: seconds >= 0 ? seconds * 1_000 : undefined,
    };
  } catch (cause) {
    // The caller's own doing is told apart from a fault, so that nobody shows an error for it.
    if (call.signal?.aborted) throw call.signal.reason;
    const message = timeout.signal.aborted ? "The server did not answer in time." : "The server cannot be reached.";
    throw new ApiError({ status: 0, code: "network", message, remedy: "Try again when the network is back." }, null, {
      cause,
    });
  } finally {
    cancelTimer();
  }
}

function toError(status: number, body: unknown, retryAfterMs: number | undefined): ApiError {
  const answer = isRecord(body) ? body : {};
  const error = isRecord(answer["error"]) ? answer["error"] : {};
  const info = {
    status,
    code: textOr(error["code"], status >= 200 && status < 300 ? "invalid_answer" : "unknown"),
    message: textOr(error["message"], `The server answered ${status}.`),
    remedy: typeof error["remedy"] === "string" ? error["remedy"] : undefined,
    requestId: typeof error["requestId"] === "string" ? error["requestId"] : undefined,
    retryAfterMs,
  };
  const current = isRecord(answer["current"]) ? (answer["current"] as EntityDoc) : null;
  const lostRace = status === 409 && info.code === "version_conflict";
  return lostRace ? new ConflictError(info, current) : new ApiError(info, current);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a proxy's error page, say
  }
}

function textOr(value: unknown, fallback: string): string {
  return typeof value === "string" ? value : fallback;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
