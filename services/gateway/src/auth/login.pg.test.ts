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
])("%s signs in, and the token works", async (user, role) => {
  const { status, body } = await login(emailOf(user).toUpperCase(), "heliograph");
  expect(status).toBe(200);
  const { personId: id, organizationId } = rest.identity(user);
  expect(body.person).toMatchObject({ id, email: emailOf(user), organizationId, role });
  const lifetime = Date.parse(String(body["expiresAt"])) - Date.now();
  expect(lifetime).toBeGreaterThan(3_500_000);
  const me = await rest.call("GET /auth/me", { as: null, headers: { authorization: `Bearer ${body.token}` } });
  expect(me.body).toEqual({ person: body.person });
});

test("a wrong password and an unknown address give the same answer and do the same work", async () => {
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
  // One hash of the same cost each: else the time of the answer tells which addresses have an account.
  expect(wrong.hashes).toHaveLength(1);
  expect(unknown.hashes).toEqual(wrong.hashes);
});

test("a body of another shape is refused before anything is looked up", async () => {
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

test("too many attempts for one account are answered with the time to wait; other accounts are not affected", async () => {
  // Spaces around it are ignored when the account is looked up, so they must not count as another account.
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, n) => login(`${" ".repeat(n)}Dave@contoso.example`, "guess")),
  );
  const limited = answers.filter(({ status }) => status === 429);
  expect(limited.length).toBe(4);
  expect(limited[0]?.body.error.code).toBe("rate_limited");
  expect(Number(limited[0]?.headers["retry-after"])).toBeGreaterThan(0);
  expect((await login("erin@contoso.example", "heliograph")).status).toBe(200);
});

test("a token is renewed for whoever is still a member, with the answer of a login", async () => {
  const first = await login(emailOf("carol"), "heliograph");
  const renew = (token: unknown) =>
    rest.call("POST /auth/renew", { as: null, headers: { authorization: `Bearer ${String(token)}` } });
  const { status, body, headers } = await renew(first.body["token"]);
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
  expect((await renew("nonsense")).body.error.code).toBe("unauthenticated");
  expect((await rest.call("POST /auth/renew", { as: null })).status).toBe(401);
});

/** What the exchange of a token that ended `agoS` seconds ago is answered with. */
async function exchange(user: DemoUser, agoS: number, tokens = rest.tokens): Promise<{ status: number; code: string }> {
  const issued = Date.now() - (jwtSettings.TOKEN_LIFETIME_S + agoS) * 1000;
  const { token } = tokens.sign(rest.identity(user), issued);
  const headers = { authorization: `Bearer ${token}` };
  const me = await rest.call("GET /auth/me", { as: null, headers });
  if (agoS > 0) expect(me.status).toBe(401);
  const { status, body } = await rest.call("POST /auth/renew", { as: null, headers });
  if (status !== 200) return { status, code: body.error.code };
  const again = await rest.call("GET /auth/me", {
    as: null,
    headers: { authorization: `Bearer ${String(body["token"])}` },
  });
  return { status: again.status, code: String((again.body.person as { email: string }).email) };
}

test("a token that ended a while ago is exchanged, and works nowhere else; one that ended long ago is not", async () => {
  const grace = jwtSettings.TOKEN_RENEW_GRACE_S;
  expect(await exchange("carol", 60)).toEqual({ status: 200, code: emailOf("carol") });
  expect(await exchange("carol", grace - 60)).toEqual({ status: 200, code: emailOf("carol") });
  expect(await exchange("carol", grace + 60)).toEqual({ status: 401, code: "token_expired" });
});

test.each([
  ["another key", { JWT_SECRET: "x".repeat(32) }],
  ["another issuer", { JWT_ISSUER: "somebody else" }],
  ["another audience", { JWT_AUDIENCE: "somebody else" }],
])("a token of %s is never exchanged, ended or not", async (_, settings) => {
  const foreign = new Tokens({ ...jwtSettings, ...settings });
  expect(await exchange("carol", 60, foreign)).toEqual({ status: 401, code: "unauthenticated" });
  expect(await exchange("carol", -600, foreign)).toEqual({ status: 401, code: "unauthenticated" });
});

// Fails when every attempt is hashed at once: the queue of the process's few threads would grow without bound, and whatever
// else needs one of them (the name of the database's host, say) would wait at its end.
test("a flood of attempts for ever new accounts is bounded, and answered", async () => {
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, n) => login(`nobody${n}@contoso.example`, "guess")),
  );
  const limited = answers.filter(({ status }) => status === 429);
  expect(limited.length).toBeGreaterThan(50);
  expect(limited[0]?.headers["retry-after"]).toBe("2");
  expect(answers.filter(({ status }) => status === 401).length).toBe(200 - limited.length);
  expect((await login("erin@contoso.example", "heliograph")).status).toBe(200);
});

// Fails when the exchange believes what is remembered of the person for a minute.
test("whoever is no member any more gets no other token, from the moment on at which the membership ends", async () => {
  expect((await rest.call("GET /auth/me", { as: "erin" })).status).toBe(200);
  const { personId } = rest.identity("erin");
  await rest.db.pool.query("delete from app.membership where person_id = $1", [personId]);
  expect(await exchange("erin", 60)).toEqual({ status: 401, code: "unauthenticated" });
  const unexpired = await rest.call("POST /auth/renew", { as: "erin" });
  expect(unexpired.status).toBe(401);
});
