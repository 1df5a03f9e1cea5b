import { FakeClock } from "@heliograph/shared/testing/fake-clock";
import { expect, test } from "vitest";
import { createApiClient, requestTimeoutMs } from "./api-client.ts";
import { ApiError, ConflictError } from "./api-error.ts";
import { placementColumns, toSearchParams } from "./list-query.ts";

function setUp(respond: (request: Request) => Response | Promise<Response>, token: string | null = "t") {
  const clock = new FakeClock();
  const requests: Request[] = [];
  let unauthenticated = 0;
  const api = createApiClient({
    baseUrl: "http://server.test/api/v1",
    getToken: () => token,
    clock,
    onUnauthenticated: () => {
      unauthenticated += 1;
    },
    fetch: async (input, init) => {
      const request = new Request(String(input), init);
      requests.push(request);
      return respond(request);
    },
  });
  return { api, requests, clock, unauthenticated: () => unauthenticated };
}

const failure = (status: number, code: string, more: object = {}) =>
  Response.json({ error: { code, message: "m", remedy: "r", requestId: "q" }, ...more }, { status });

test("the parameters of a list query have a fixed order", () => {
  const query = {
    filter: { status: "open", due: { lte: "2026-01-01", gte: "2025-01-01" }, owner: null, id: { in: ["a", "b"] } },
    sort: "-updated_ts,name",
    q: "two words",
    limit: 20,
  };
  expect(String(toSearchParams(query))).toBe(
    "due.gte=2025-01-01&due.lte=2026-01-01&id.in=a%2Cb&owner.null=true&status=open&q=two+words&sort=-updated_ts%2Cname&limit=20",
  );
  expect(placementColumns(query)).toBeUndefined();
  expect(placementColumns({ filter: { status: "open" }, sort: "-name" })).toEqual(new Set(["status", "name"]));
});

test("requests have the method, path and headers that the API expects", async () => {
  const { api, requests, clock } = setUp(() => Response.json({ $id: "1", $version: 2 }));
  await api.list("task", { limit: 5, cursor: "c" });
  await api.getMany("task", ["a", "b"]);
  await api.update("task", "1", { name: "n" }, { ifMatch: 7, idempotencyKey: "k" });
  await api.remove("task", "1");
  await api.getMany("task", ["a,b", "100%", "ü/"]);
  await api.history("task", "a/b?c#d%");
  await api.list("task", {
    filter: { limit: 1, "price.gte": 2, "price.usd": 3, "a b": { in: ["x,y", "%"] } },
    sort: "-a%2Cb",
  });
  expect(requests.map(({ method, url }) => `${method} ${url.replace("http://server.test", "")}`)).toEqual([
    "GET /api/v1/task?limit=5&cursor=c",
    "GET /api/v1/task?ids=a,b",
    "PATCH /api/v1/task/1",
    "DELETE /api/v1/task/1",
    "GET /api/v1/task?ids=a%252Cb,100%2525,%25C3%25BC%252F",
    "GET /api/v1/task/a%2Fb%3Fc%23d%25/history",
    "GET /api/v1/task?a+b.in=x%252Cy%2C%2525&limit.eq=1&price.gte.eq=2&price.usd=3&sort=-a%252Cb",
  ]);
  expect(requests[0]?.headers.get("authorization")).toBe("Bearer t");
  expect(requests[2]?.headers.get("if-match")).toBe('"7"');
  expect(requests[2]?.headers.get("idempotency-key")).toBe("k");
  expect(requests[3]?.headers.get("idempotency-key")).toMatch(/^[0-9a-f-]{36}$/);
  expect(clock.timers).toBe(0);
});

test("a refused request rejects with code, remedy and request id", async () => {
  const { api } = setUp(() => failure(404, "not_found"));
  const error = await api.get("task", "1").catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ status: 404, code: "not_found", remedy: "r", requestId: "q", permanent: true });
});

test("a version conflict carries the current row", async () => {
  const { api } = setUp(() => failure(409, "version_conflict", { current: { $id: "1", $version: 9 } }));
  const error = await api.update("task", "1", {}, { ifMatch: 1 }).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(ConflictError);
  expect(error).toMatchObject({ current: { $version: 9 } });
});

test("a 409 with another code is not a version conflict", async () => {
  const { api } = setUp(() => failure(409, "already_exists"));
  const error = await api.create("task", {}).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).not.toBeInstanceOf(ConflictError);
});

test("a network failure, an answer that is not JSON and a timeout are temporary errors", async () => {
  const broken = setUp(() => Promise.reject(new TypeError("fetch failed")));
  expect(await broken.api.me().catch((cause: unknown) => cause)).toMatchObject({ status: 0, permanent: false });
  const proxy = setUp(() => new Response("<html>", { status: 502 }));
  expect(await proxy.api.me().catch((cause: unknown) => cause)).toMatchObject({ status: 502, permanent: false });
  const silent = setUp(
    (request) => new Promise((_, reject) => request.signal.addEventListener("abort", () => reject(new Error("gone")))),
  );
  const waiting = silent.api.me().catch((cause: unknown) => cause);
  await silent.clock.advance(requestTimeoutMs);
  expect(await waiting).toMatchObject({ code: "network", message: "The server did not answer in time." });
  expect(silent.clock.timers).toBe(0);
});

test("a caller can set a shorter timeout", async () => {
  const { api, clock } = setUp(
    (request) => new Promise((_, reject) => request.signal.addEventListener("abort", () => reject(new Error("gone")))),
  );
  const waiting = api.getMany("task", ["a"], { timeoutMs: 8_000 }).catch((cause: unknown) => cause);
  await clock.advance(8_000);
  expect(clock.timers).toBe(0);
  expect(await waiting).toMatchObject({ status: 0, message: "The server did not answer in time." });
});

test("an abort by the caller rejects with the caller's reason", async () => {
  const { api } = setUp(
    (request) => new Promise((_, reject) => request.signal.addEventListener("abort", () => reject(new Error("x")))),
  );
  const controller = new AbortController();
  const waiting = api.me({ signal: controller.signal }).catch((cause: unknown) => cause);
  controller.abort(new Error("view was closed"));
  expect(await waiting).toMatchObject({ message: "view was closed" });
});

test("each 401 is reported once, and only when the request carried a token", async () => {
  const signedIn = setUp(() => failure(401, "token_expired"));
  await signedIn.api.me().catch(() => {});
  expect(signedIn.unauthenticated()).toBe(1);
  const login = setUp(() => failure(401, "unauthenticated"), null);
  await login.api.login("a", "b").catch(() => {});
  expect(login.unauthenticated()).toBe(0);
});
