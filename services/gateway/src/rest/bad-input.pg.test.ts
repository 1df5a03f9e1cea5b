import { afterAll, beforeAll, expect, test } from "vitest";
import { restErrorCatalog } from "./error-catalog.ts";
import { type Answer, type Call, type RestUnderTest, startRest } from "./testing/start-rest.ts";

let rest: RestUnderTest;
beforeAll(async () => {
  rest = await startRest({ ALLOWED_ORIGINS: ["https://app.example.com"] });
});
afterAll(() => rest[Symbol.asyncDispose]());

const id = "00000000-0000-4000-8000-000000000000";
const json = { "content-type": "application/json" };

/** Every error has the same shape, a code of the catalogue with its status, and says which request it was. */
function expectError(answer: Answer): void {
  const { error } = answer.body;
  expect(Object.keys(error)).toEqual(["code", "message", "remedy", "requestId"]);
  expect(Object.keys(restErrorCatalog)).toContain(error.code);
  expect(error.requestId).toBe(answer.headers["x-request-id"]);
  expect(answer.headers["content-type"]).toBe("application/json; charset=utf-8");
  expect(JSON.stringify(answer.body)).not.toMatch(/at .*\.ts:\d+|node_modules|select |insert into/);
}

test.each<[string, Call, number, string, RegExp]>([
  ["GET /projekt", {}, 404, "unknown_entity", /"projekt". Did you mean project\?/],
  ["GET /person", {}, 404, "unknown_entity", /no entity type "person"/],
  ["GET /credential", {}, 404, "unknown_entity", /./],
  ["GET /project%22%3Bselect", {}, 404, "unknown_entity", /./],
  ["GET /project/123", {}, 400, "invalid_id", /"123" is not a UUID/],
  [`GET /project/${id}0`, {}, 400, "invalid_id", /not a UUID/],
  [`GET /project/${id}`, {}, 404, "not_found", /does not exist or you may not read it/],
  ["GET /project?ids=1,2", {}, 400, "invalid_id", /"1" is not a UUID/],
  ["GET /project?ids=", {}, 400, "invalid_query", /ids/],
  [`GET /project?ids=${id}&limit=1`, {}, 400, "invalid_query", /cannot be combined/],
  [`GET /project?ids=${Array.from({ length: 201 }, (_, n) => id.replace(/^0{8}/, String(n).padStart(8, "0")))}`, {}, 400, "invalid_query", /more than 200/],
  ["GET /project?limit=0", {}, 400, "invalid_query", /limit/],
  ["GET /project?naem=x", {}, 400, "unknown_column", /Did you mean name\?/],
  ["GET /project?start_on=2026-02-30", {}, 400, "invalid_query", /start_on.eq must be a date/],
  ["GET /project?updated_ts.gt=0001-13-01", {}, 400, "invalid_query", /updated_ts/],
  ["GET /project/a/b/c", {}, 404, "not_found", /./],
  ["POST /project", { body: { nam: "x" } }, 400, "unknown_column", /"nam". Did you mean name\?/],
  ["POST /project", { body: { name: 5, code: "X" } }, 400, "invalid_body", /name must be of type string/],
  ["POST /project", { body: { code: "X" } }, 400, "invalid_body", /column name is required/],
  ["POST /project", { body: { name: "x", code: "X", status: "late" } }, 400, "invalid_body", /status must be one of planned, active/],
  ["POST /project", { body: { name: "x", code: "X", version: 5 } }, 400, "read_only_column", /version/],
  ["POST /project", { body: { name: "x", code: "X", budget: 1e300 } }, 400, "invalid_body", /budget must be </],
  ["POST /invoice", { body: { gross_amount: 1 } }, 400, "read_only_column", /gross_amount/],
  ["POST /project", { headers: json, body: "{nonsense" }, 400, "invalid_body", /not valid JSON/],
  ["POST /project", { headers: json, body: '{"__proto__":{"a":1}}' }, 400, "invalid_body", /not valid JSON/],
  ["POST /project", { headers: json, body: "[]" }, 400, "invalid_body", /must be a JSON object/],
  ["POST /project", { headers: json, body: "" }, 400, "invalid_body", /must be a JSON object/],
  ["POST /project", { headers: json, body: "[".repeat(200_000) }, 400, "invalid_body", /not valid JSON/],
  ["POST /project", {}, 400, "invalid_body", /must be a JSON object/],
  ["POST /project", { headers: { "content-type": "text/plain" }, body: "name=x" }, 415, "unsupported_media_type", /JSON/],
  ["POST /project", { body: { name: "x".repeat(256 * 1024) } }, 413, "payload_too_large", /256 KiB/],
  [`PATCH /project/${id}`, { body: {} }, 400, "invalid_body", /names no column/],
  [`PATCH /project/${id}`, { body: { id } }, 400, "read_only_column", /id is set/],
  [`PATCH /project/${id}`, { body: { name: "x" }, headers: { "if-match": "x" } }, 400, "invalid_header", /If-Match/],
  [`PATCH /project/${id}`, { body: { name: "x" }, headers: { "idempotency-key": "a b" } }, 400, "invalid_header", /Idempotency-Key/],
  [`PATCH /project/${id}`, { body: { name: "x" } }, 404, "not_found", /./],
  [`DELETE /project/${id}`, {}, 404, "not_found", /./],
  [`GET /project/${id}/history`, {}, 404, "not_found", /./],
  [`PUT /project/${id}`, { body: {} }, 405, "method_not_allowed", /./],
  ["DELETE /project", {}, 405, "method_not_allowed", /./],
])("%s %o -> %i %s", async (request, call, status, code, message) => {
  const answer = await rest.call(request, call);
  expect([answer.status, answer.body.error?.code]).toEqual([status, code]);
  expect(answer.body.error.message).toMatch(message);
  expectError(answer);
});

test.each<[string, string | undefined, string]>([
  ["no token", undefined, "unauthenticated"],
  ["another scheme", "Basic YTpi", "unauthenticated"],
  ["nonsense", "Bearer nonsense", "unauthenticated"],
  ["an unsigned token", `Bearer ${unsigned({ sub: id, org: id, exp: 4e9 })}`, "unauthenticated"],
])("%s is refused with a challenge", async (_name, authorization, code) => {
  for (const address of ["/project", `/project/${id}`, "/entity-types", "/auth/me", "/nothing/here/at/all"]) {
    const answer = await rest.call(`GET ${address}`, { as: null, headers: authorization ? { authorization } : {} });
    expect([answer.status, answer.body.error.code]).toEqual([401, code]);
    expect(answer.headers["www-authenticate"]).toMatch(/^Bearer realm="heliograph"/);
    expectError(answer);
  }
});

test("an expired token is told apart, so that a client renews it", async () => {
  const { token } = rest.tokens.sign(rest.identity("bob"), Date.now() - 7200_000);
  const answer = await rest.call("GET /project", { as: null, headers: { authorization: `Bearer ${token}` } });
  expect([answer.status, answer.body.error.code]).toEqual([401, "token_expired"]);
  expect(answer.headers["www-authenticate"]).toContain('error="invalid_token"');
});

test("a body that names what JavaScript objects inherit is refused like any unknown column", async () => {
  for (const name of ["constructor", "toString", "hasOwnProperty"]) {
    const answer = await rest.call("POST /project", { body: { name: "x", code: "X", [name]: 1 } });
    expect([answer.status, answer.body.error.code]).toEqual([400, "unknown_column"]);
  }
});

test("an injected text stays a text", async () => {
  const evil = `'); delete from app.project; --"\\`;
  const created = await rest.call("POST /team", { body: { name: evil } });
  expect(created.body["name"]).toBe(evil);
  for (const parameter of ["name", "name.contains", "q"]) {
    const { body } = await rest.call(`GET /team?${parameter}=${encodeURIComponent(evil)}`);
    expect(body.items.map((document) => document["id"])).toEqual([created.body.id]);
  }
  for (const name of ['name"', "name;--", "name::text", "name) or (true"]) {
    const answers = await Promise.all([
      rest.call(`GET /team?sort=${encodeURIComponent(name)}`),
      rest.call(`GET /team?${encodeURIComponent(name)}=x`),
      rest.call("POST /team", { body: { name: "x", [name]: "y" } }),
    ]);
    for (const { status, body } of answers) expect([status, body.error.code]).toEqual([400, "unknown_column"]);
  }
  expect((await rest.call("GET /project?limit=1")).body.items).toHaveLength(1);
});

test("a request id from outside is kept if it is harmless, and made if not", async () => {
  const kept = await rest.call("GET /team?limit=1", { headers: { "x-request-id": "trace-1:2.3" } });
  expect(kept.headers["x-request-id"]).toBe("trace-1:2.3");
  const made = await rest.call("GET /team?limit=1", { headers: { "x-request-id": 'a"b' } });
  expect(made.headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
});

test("pages of allowed origins may read and write; others may not", async () => {
  const preflight = (origin: string) =>
    rest.app.inject({
      method: "OPTIONS",
      url: "/api/v1/project",
      headers: {
        origin,
        "access-control-request-method": "PATCH",
        "access-control-request-headers": "authorization,if-match,idempotency-key",
      },
    });
  const allowed = await preflight("https://app.example.com");
  expect(allowed.statusCode).toBe(204);
  expect(allowed.headers["access-control-allow-origin"]).toBe("https://app.example.com");
  expect(allowed.headers["access-control-allow-headers"]).toMatch(/authorization.*if-match.*idempotency-key/);
  expect((await preflight("https://app.example.com.evil.io")).headers["access-control-allow-origin"]).toBeUndefined();
  const refused = await rest.call("GET /project", { as: null, headers: { origin: "https://app.example.com" } });
  expect(refused.headers["access-control-allow-origin"]).toBe("https://app.example.com");
});

function unsigned(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none", typ: "JWT" })}.${part(claims)}.`;
}
