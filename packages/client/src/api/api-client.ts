import type { Clock } from "@heliograph/shared/clock";
import { randomUuid } from "@heliograph/shared/uuid";
import { browserClock } from "../platform/browser-clock.ts";
import type { GetToken } from "../platform/token-source.ts";
import { ApiError, ConflictError } from "./api-error.ts";
import { encodeListValue, type ListQuery, toSearchParams } from "./list-query.ts";
import type { EntityDoc } from "./register.ts";

/** Default timeout of a request. The request may be repeated. */
export const requestTimeoutMs = 30_000;

export interface ListPage {
  readonly items: EntityDoc[];
  readonly nextCursor: string | null;
}
export interface Person {
  readonly id: string;
  readonly email: string;
  readonly fname: string;
  readonly lname: string;
  readonly organizationId: string;
  readonly role: string;
}
export interface Login {
  readonly token: string;
  readonly expiresAt: string;
  readonly person: Person;
}
export interface HistoryItem {
  readonly at: string;
  readonly actor: unknown;
  readonly action: string;
  readonly version: number;
  readonly columns: readonly string[];
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Timeout in milliseconds; `requestTimeoutMs` when absent. */
  readonly timeoutMs?: number | undefined;
}
export type WriteOptions = CallOptions & {
  /** Identifies the write: sent again with the same key, it acts once. Generated when absent. */
  readonly idempotencyKey?: string | undefined;
  /** The version that the change is based on. If the server has another one, the write is a `ConflictError`. */
  readonly ifMatch?: number | undefined;
};

export interface ApiClient {
  list(
    entityCode: string,
    query?: ListQuery & { cursor?: string | undefined },
    options?: CallOptions,
  ): Promise<ListPage>;
  get(entityCode: string, entityId: string, options?: CallOptions): Promise<EntityDoc>;
  /** Reads up to 200 rows. `gone` lists the ids that do not exist or that the user may not read. */
  getMany(
    entityCode: string,
    entityIds: readonly string[],
    options?: CallOptions,
  ): Promise<{ items: EntityDoc[]; gone: string[] }>;
  create(entityCode: string, doc: Record<string, unknown>, options?: WriteOptions): Promise<EntityDoc>;
  update(
    entityCode: string,
    entityId: string,
    changes: Record<string, unknown>,
    options?: WriteOptions,
  ): Promise<EntityDoc>;
  remove(entityCode: string, entityId: string, options?: WriteOptions): Promise<{ $id: string; $version: number }>;
  history(entityCode: string, entityId: string, options?: CallOptions): Promise<{ items: HistoryItem[] }>;
  login(email: string, password: string, options?: CallOptions): Promise<Login>;
  /** Exchanges the current token for a new one, also for a while after it expired: the server's TOKEN_RENEW_GRACE_S. */
  renew(options?: CallOptions): Promise<Login>;
  me(options?: CallOptions): Promise<{ person: Person }>;
  /** Reads the catalog of entity types, for generic tools. */
  entityTypes(options?: CallOptions): Promise<unknown>;
}

export interface ApiClientConfig {
  /** `/api/v1`, or with a host; without a trailing slash. */
  readonly baseUrl: string;
  readonly getToken: GetToken;
  readonly fetch?: typeof fetch | undefined;
  readonly clock?: Clock | undefined;
  /** Called for each 401 to a request that carried a token, with that token. */
  readonly onUnauthenticated?: ((token: string) => void) | undefined;
}

type Request = CallOptions & {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
};

/**
 * Client of the REST API with typed errors: every failure is an `ApiError`, and a version conflict is a `ConflictError`.
 * An abort by the caller rejects with the reason of the caller's signal.
 */
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
    list(entityCode, query = {}, options) {
      const params = toSearchParams(query);
      if (query.cursor !== undefined) params.set("cursor", query.cursor);
      return read(`/${entityCode}${params.size > 0 ? `?${params}` : ""}`, options);
    },
    get: (entityCode, entityId, options) => read(pathOf(entityCode, entityId), options),
    getMany: (entityCode, entityIds, options) => read(`/${entityCode}?ids=${encodeIds(entityIds)}`, options),
    create: (entityCode, doc, options) => write("POST", `/${entityCode}`, doc, options),
    update: (entityCode, entityId, changes, options) => write("PATCH", pathOf(entityCode, entityId), changes, options),
    remove: (entityCode, entityId, options) => write("DELETE", pathOf(entityCode, entityId), undefined, options),
    history: (entityCode, entityId, options) => read(`${pathOf(entityCode, entityId)}/history`, options),
    login: (email, password, options) =>
      request(config, { method: "POST", path: "/auth/login", body: { email, password }, signal: options?.signal }),
    renew: (options) => request(config, { method: "POST", path: "/auth/renew", signal: options?.signal }),
    me: (options) => read("/auth/me", options),
    entityTypes: (options) => read("/entity-types", options),
  };
}

function pathOf(entityCode: string, entityId: string): string {
  return `/${entityCode}/${encodeURIComponent(entityId)}`;
}

/** Ids as the value of `ids`: each is encoded inside the list, so that it may contain a comma, and then for the address. */
export function encodeIds(entityIds: readonly string[]): string {
  return entityIds.map((id) => encodeURIComponent(encodeListValue(id))).join(",");
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

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly retryAfterMs: number | undefined;
}

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
    // An abort by the caller is not a failure: views must not show an error for it.
    if (call.signal?.aborted) throw call.signal.reason;
    const failure = timeout.signal.aborted
      ? { message: "The server did not answer in time.", remedy: "Try again in a moment." }
      : { message: "The server cannot be reached.", remedy: "Check your connection and try again." };
    throw new ApiError({ status: 0, code: "network", ...failure }, null, { cause });
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
    message: textOr(error["message"], messageOf(status)),
    remedy: typeof error["remedy"] === "string" ? error["remedy"] : undefined,
    requestId: typeof error["requestId"] === "string" ? error["requestId"] : undefined,
    retryAfterMs,
  };
  const current = isRecord(answer["current"]) ? (answer["current"] as EntityDoc) : null;
  const versionConflict = status === 409 && info.code === "version_conflict";
  return versionConflict ? new ConflictError(info, current) : new ApiError(info, current);
}

/** For an answer without a message of its own, such as the error page of a proxy. */
function messageOf(status: number): string {
  if (status >= 500) return `The server has a problem (status ${status}).`;
  return status >= 400 ? `The server refused the request (status ${status}).` : "The server's answer cannot be read.";
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function textOr(value: unknown, fallback: string): string {
  return typeof value === "string" ? value : fallback;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
