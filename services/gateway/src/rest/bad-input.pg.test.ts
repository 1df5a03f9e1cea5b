import { afterAll, beforeAll, expect, test } from "vitest";
import { restErrorCatalog } from "./errors/error-catalog.ts";
import { type Answer, type Call, type RestUnderTest, startRest } from "./testing/start-rest.ts";

let rest: RestUnderTest;
beforeAll(async () => {
  rest = await startRest({ ALLOWED_ORIGINS: ["https://app.example.com"] });
});
afterAll(() => rest[Symbol.asyncDispose]());

const id = "00000000-0000-4000-8000-000000000000";
const json = { "content-type": "application/json" };

/** Checks that an error has the common shape, a code of the catalogue with its status, and the id of the request. */
function expectError(answer: Answer): void {
  const { error } = answer.body;
  expect(Object.keys(error)).toEqual(["code", "message", "remedy", "requestId"]);
  expect(Object.keys(restErrorCatalog)).toContain(error.code);
  expect(error.requestId).toBe(answer.headers["x-request-id"]);
  expect(answer.headers["content-type"]).toBe("application/json; charset=utf-8");
  expect(JSON.stringify(answer.body)).not.toMatch(/at .*\.ts:\d+|node_modules|select |insert into/);
}

test.each<[string, number, string, RegExp, Call]>([
  ["GET /projekt", 404, "unknown_entity", /"projekt". Did you mean project\?/, {}],
  ["GET /person", 404, "unknown_entity", /No entity type has the code "person"/, {}],
  ["GET /credential", 404, "unknown_entity", /./, {}],
  ["GET /project%22%3Bselect", 404, "unknown_entity", /./, {}],
  ["GET /project/123", 404, "not_found", /./, {}],
  [`GET /project/${id}0`, 404, "not_found", /./, {}],
  [`GET /project/${id}`, 404, "not_found", /does not exist or you may not read it/, {}],
  ["GET /project?ids=1%25", 400, "invalid_query", /ids has a percent sign that begins no encoded/, {}],
  ["GET /project?ids=a&ids=b", 400, "invalid_query", /ids must be given once/, {}],
  [`GET /project?ids=${id}&limit=1`, 400, "invalid_query", /cannot be combined/, {}],
  [
    `GET /project?ids=${Array.from({ length: 201 }, (_, n) => id.replace(/^0{8}/, String(n).padStart(8, "0")))}`,
    400,
    "invalid_query",
    /more than 200/,
    {},
  ],
  ["GET /project?limit=0", 400, "invalid_query", /limit/, {}],
  ["GET /project?naem=x", 400, "unknown_column", /Did you mean name\?/, {}],
  ["GET /project?start_on=2026-02-30", 400, "invalid_query", /start_on.eq must be a date/, {}],
  ["GET /project?updated_ts.gt=0001-13-01", 400, "invalid_query", /updated_ts/, {}],
  [`GET /project/${"x".repeat(3001)}`, 404, "not_found", /malformed or too long/, {}],
  ["GET /project/%zz", 404, "not_found", /malformed or too long/, {}],
  ["GET /project/", 404, "not_found", /./, {}],
  ["GET /project?limit=%zz", 400, "invalid_query", /limit/, {}],
  ["GET /project?name=%00", 400, "invalid_query", /NUL/, {}],
  ["GET /project/a/b/c", 404, "not_found", /./, {}],
  ["POST /project", 400, "unknown_column", /"nam". Did you mean name\?/, { body: { nam: "x" } }],
  ["POST /project", 400, "invalid_body", /name must be of type string/, { body: { name: 5, code: "X" } }],
  ["POST /project", 400, "invalid_body", /column name is required/, { body: { code: "X" } }],
  [
    "POST /project",
    400,
    "invalid_body",
    /status must be one of planned, active/,
    { body: { name: "x", code: "X", status: "late" } },
  ],
  ["POST /project", 400, "unknown_column", /version/, { body: { name: "x", code: "X", version: 5 } }],
  ["POST /project", 400, "invalid_body", /budget must be </, { body: { name: "x", code: "X", budget: 1e300 } }],
  ["POST /invoice", 400, "read_only_column", /gross_amount/, { body: { gross_amount: 1 } }],
  ["POST /project", 400, "invalid_body", /not valid JSON/, { headers: json, body: "{nonsense" }],
  ["POST /project", 400, "unknown_column", /"__proto__"/, { headers: json, body: '{"__proto__":{"a":1}}' }],
  ["POST /project", 400, "invalid_body", /must be a JSON object/, { headers: json, body: "[]" }],
  ["POST /project", 400, "invalid_body", /must be a JSON object/, { headers: json, body: "" }],
  ["POST /project", 400, "invalid_body", /not valid JSON/, { headers: json, body: "[".repeat(200_000) }],
  ["POST /project", 400, "invalid_body", /must be a JSON object/, {}],
  [
    "POST /project",
    415,
    "unsupported_media_type",
    /JSON/,
    { headers: { "content-type": "text/plain" }, body: "name=x" },
  ],
  ["POST /project", 413, "payload_too_large", /256 KiB/, { body: { name: "x".repeat(256 * 1024) } }],
  [`PATCH /project/${id}`, 400, "invalid_body", /must contain at least one column/, { body: {} }],
  [`PATCH /project/${id}`, 400, "read_only_column", /id is set/, { body: { id } }],
  [`PATCH /project/${id}`, 400, "invalid_header", /If-Match/, { body: { name: "x" }, headers: { "if-match": "x" } }],
  [
    `PATCH /project/${id}`,
    400,
    "invalid_header",
    /Idempotency-Key/,
    { body: { name: "x" }, headers: { "idempotency-key": "a b" } },
  ],
  [`PATCH /project/${id}`, 404, "not_found", /./, { body: { name: "x" } }],
  [`DELETE /project/${id}`, 404, "not_found", /./, {}],
  [`GET /project/${id}/history`, 404, "not_found", /./, {}],
  [`PUT /project/${id}`, 405, "method_not_allowed", /./, { body: {} }],
  ["DELETE /project", 405, "method_not_allowed", /./, {}],
])("%s -> %i %s (%s)", async (request, status, code, message, call) => {
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

test("an expired token has its own code, so that clients renew it", async () => {
  const { token } = rest.tokens.sign(rest.identity("bob"), Date.now() - 7200_000);
  const answer = await rest.call("GET /project", { as: null, headers: { authorization: `Bearer ${token}` } });
  expect([answer.status, answer.body.error.code]).toEqual([401, "token_expired"]);
  expect(answer.headers["www-authenticate"]).toContain('error="invalid_token"');
});

test("names of inherited JavaScript properties are refused like any unknown column", async () => {
  for (const name of ["constructor", "toString", "hasOwnProperty"]) {
    const answer = await rest.call("POST /project", { body: { name: "x", code: "X", [name]: 1 } });
    expect([answer.status, answer.body.error.code]).toEqual([400, "unknown_column"]);
  }
});

test("injected SQL is stored as text", async () => {
  const evil = `'); delete from app.project; --"\\`;
  const created = await rest.call("POST /team", { body: { name: evil } });
  expect(created.body["name"]).toBe(evil);
  for (const parameter of ["name", "name.contains", "q"]) {
    const { body } = await rest.call(`GET /team?${parameter}=${encodeURIComponent(evil)}`);
    expect(body.items.map((document) => document["id"])).toEqual([created.body.$id]);
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

test("a harmless request id from the client is used, any other is replaced", async () => {
  const kept = await rest.call("GET /team?limit=1", { headers: { "x-request-id": "trace-1:2.3" } });
  expect(kept.headers["x-request-id"]).toBe("trace-1:2.3");
  const made = await rest.call("GET /team?limit=1", { headers: { "x-request-id": 'a"b' } });
  expect(made.headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
});

test("only pages of allowed origins may read and write", async () => {
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
