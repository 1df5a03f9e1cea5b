import { Tokens } from "@heliograph/server-kit";
import * as argon2 from "@node-rs/argon2";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type DemoUser, emailOf, jwtSettings, type RestUnderTest, startRest } from "../rest/testing/start-rest.ts";

// The real functions, with their calls recorded.
vi.mock("@node-rs/argon2", { spy: true });

let rest: RestUnderTest;
beforeAll(async () => {
  rest = await startRest({ LOGIN_ATTEMPTS_PER_MINUTE: 8 });
});
afterAll(() => rest[Symbol.asyncDispose]());

const login = (email: unknown, password: unknown) =>
  rest.call("POST /auth/login", { as: null, body: { email, password } });

test.each<[DemoUser, string]>([
  ["alice", "admin"],
  ["bob", "member"],
  ["erin", "member"],
])("%s signs in and receives a valid token", async (user, role) => {
  const { status, body } = await login(emailOf(user).toUpperCase(), "heliograph");
  expect(status).toBe(200);
  const { personId: id, organizationId } = rest.identity(user);
  expect(body.person).toMatchObject({ id, email: emailOf(user), organizationId, role });
  const lifetime = Date.parse(String(body["expiresAt"])) - Date.now();
  expect(lifetime).toBeGreaterThan(3_500_000);
  const me = await rest.call("GET /auth/me", { as: null, headers: { authorization: `Bearer ${body.token}` } });
  expect(me.body).toEqual({ person: body.person });
});

test("a wrong password and an unknown email address give the same answer and cost one hash each", async () => {
  const verified = vi.mocked(argon2.verify);
  const hashesOf = async (email: string) => {
    verified.mockClear();
    const answer = await login(email, "wrong");
    return { answer, hashes: verified.mock.calls.map(([hash]) => String(hash).split("$").slice(0, 4).join("$")) };
  };
  const wrong = await hashesOf("carol@northwind.example");
  const unknown = await hashesOf("unknown@northwind.example");
  expect(wrong.answer.status).toBe(401);
  expect(wrong.answer.body.error.code).toBe("invalid_credentials");
  expect({ ...unknown.answer.body.error, requestId: "" }).toEqual({ ...wrong.answer.body.error, requestId: "" });
  // One hash of the same cost each, so that the response time does not disclose which addresses have an account.
  expect(wrong.hashes).toHaveLength(1);
  expect(unknown.hashes).toEqual(wrong.hashes);
});

test("a malformed body is refused before the account is read", async () => {
  for (const body of [
    {},
    { email: "a" },
    { email: 1, password: "x" },
    { email: "a", password: "b", admin: true },
    [],
  ]) {
    const answer = await rest.call("POST /auth/login", { as: null, body });
    expect([answer.status, answer.body.error.code]).toEqual([400, "invalid_body"]);
  }
  expect((await login("a\0b", "x")).status).toBe(400);
  expect((await login("a@b.example", "x".repeat(1025))).status).toBe(400);
});

test("too many attempts for one account are answered with Retry-After; other accounts are not affected", async () => {
  // The lookup of the account ignores surrounding spaces, so they must not count as a different account.
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, n) => login(`${" ".repeat(n)}Dave@contoso.example`, "guess")),
  );
  const limited = answers.filter(({ status }) => status === 429);
  expect(limited.length).toBe(4);
  expect(limited[0]?.body.error.code).toBe("rate_limited");
  expect(Number(limited[0]?.headers["retry-after"])).toBeGreaterThan(0);
  expect((await login("erin@contoso.example", "heliograph")).status).toBe(200);
});

test("a member can renew a token and receives the same answer as for a login", async () => {
  const first = await login(emailOf("carol"), "heliograph");
  const post = (token: unknown) =>
    rest.call("POST /auth/renew", { as: null, headers: { authorization: `Bearer ${String(token)}` } });
  const { status, body, headers } = await post(first.body["token"]);
  expect(status).toBe(200);
  expect(Object.keys(body).sort()).toEqual(Object.keys(first.body).sort());
  expect(body.person).toEqual(first.body.person);
  expect(headers["cache-control"]).toBe("no-store");
  expect(Date.parse(String(body["expiresAt"]))).toBeGreaterThanOrEqual(Date.parse(String(first.body["expiresAt"])));
  const me = await rest.call("GET /auth/me", {
    as: null,
    headers: { authorization: `Bearer ${String(body["token"])}` },
  });
  expect(me.body).toEqual({ person: body.person });
  expect((await post("nonsense")).body.error.code).toBe("unauthenticated");
  expect((await rest.call("POST /auth/renew", { as: null })).status).toBe(401);
});

/** The answer to the renewal of a token that expired `expiredS` seconds ago; the user's email as code if it succeeds. */
async function renew(
  user: DemoUser,
  expiredS: number,
  tokens = rest.tokens,
): Promise<{ status: number; code: string }> {
  const issued = Date.now() - (jwtSettings.TOKEN_LIFETIME_S + expiredS) * 1000;
  const { token } = tokens.sign(rest.identity(user), issued);
  const headers = { authorization: `Bearer ${token}` };
  const me = await rest.call("GET /auth/me", { as: null, headers });
  if (expiredS > 0) expect(me.status).toBe(401);
  const { status, body } = await rest.call("POST /auth/renew", { as: null, headers });
  if (status !== 200) return { status, code: body.error.code };
  const afterwards = await rest.call("GET /auth/me", {
    as: null,
    headers: { authorization: `Bearer ${String(body["token"])}` },
  });
  return { status: afterwards.status, code: String(afterwards.body.person["email"]) };
}

test("an expired token can be renewed within the grace period but authenticates no other request", async () => {
  const grace = jwtSettings.TOKEN_RENEW_GRACE_S;
  expect(await renew("carol", 60)).toEqual({ status: 200, code: emailOf("carol") });
  expect(await renew("carol", grace - 60)).toEqual({ status: 200, code: emailOf("carol") });
  expect(await renew("carol", grace + 60)).toEqual({ status: 401, code: "token_expired" });
});

test.each([
  ["another key", { JWT_SECRET: "x".repeat(32) }],
  ["another issuer", { JWT_ISSUER: "other" }],
  ["another audience", { JWT_AUDIENCE: "other" }],
])("a token of %s is never renewed, whether it has expired or not", async (_, settings) => {
  const foreign = new Tokens({ ...jwtSettings, ...settings });
  expect(await renew("carol", 60, foreign)).toEqual({ status: 401, code: "unauthenticated" });
  expect(await renew("carol", -600, foreign)).toEqual({ status: 401, code: "unauthenticated" });
});

// Fails when every attempt is hashed at once: the queue of the thread pool would grow without bound, and other work on it,
// such as the DNS lookup of the database host, would wait behind the hashes.
test("a flood of attempts for different accounts is bounded, and every attempt is answered", async () => {
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, n) => login(`unknown${n}@contoso.example`, "guess")),
  );
  const limited = answers.filter(({ status }) => status === 429);
  expect(limited.length).toBeGreaterThan(50);
  expect(limited[0]?.headers["retry-after"]).toBe("2");
  expect(answers.filter(({ status }) => status === 401).length).toBe(200 - limited.length);
  expect((await login("erin@contoso.example", "heliograph")).status).toBe(200);
});

// Fails when the renewal uses the cached member, which may be a minute old.
test("a token cannot be renewed from the moment its membership ends", async () => {
  expect((await rest.call("GET /auth/me", { as: "erin" })).status).toBe(200);
  const { personId } = rest.identity("erin");
  await rest.db.pool.query("delete from app.membership where person_id = $1", [personId]);
  expect(await renew("erin", 60)).toEqual({ status: 401, code: "unauthenticated" });
  const unexpired = await rest.call("POST /auth/renew", { as: "erin" });
  expect(unexpired.status).toBe(401);
});
