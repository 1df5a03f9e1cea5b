import jwt from "jsonwebtoken";
import { expect, test } from "vitest";
import { TokenError, Tokens } from "./token.ts";

const settings = {
  JWT_SECRET: "s".repeat(32),
  JWT_ISSUER: "heliograph",
  JWT_AUDIENCE: "heliograph",
  TOKEN_LIFETIME_S: 60,
};
const identity = {
  personId: "00000000-0000-4000-8000-000000000001",
  organizationId: "00000000-0000-4000-8000-000000000002",
};
const tokens = new Tokens(settings);

const reasonOf = (token: string | undefined): string => {
  try {
    tokens.verify(token);
    return "accepted";
  } catch (error) {
    if (error instanceof TokenError) return error.reason;
    throw error;
  }
};

test("a signed token verifies to the same identity", () => {
  const { token, expiresAt } = tokens.sign(identity);
  expect(tokens.verify(token)).toEqual({ ...identity, expiresAt: expiresAt.getTime() / 1000 });
});

test("an expired token is distinguished from an invalid one", () => {
  expect(reasonOf(tokens.sign(identity, Date.now() - 120_000).token)).toBe("expired");
  expect(reasonOf(undefined)).toBe("missing");
  expect(reasonOf("nonsense")).toBe("invalid");
});

test("a token does not choose its algorithm, key, issuer, audience or shape", () => {
  const claims = { sub: identity.personId, org: identity.organizationId };
  const options = { issuer: "heliograph", audience: "heliograph", expiresIn: 60 };
  const key = settings.JWT_SECRET;
  expect(reasonOf(jwt.sign(claims, key, options))).toBe("accepted");
  expect(reasonOf(jwt.sign(claims, "", { ...options, algorithm: "none" }))).toBe("invalid");
  expect(reasonOf(jwt.sign(claims, key, { ...options, algorithm: "HS512" }))).toBe("invalid");
  expect(reasonOf(jwt.sign(claims, "t".repeat(32), options))).toBe("invalid");
  expect(reasonOf(jwt.sign(claims, key, { ...options, issuer: "other" }))).toBe("invalid");
  expect(reasonOf(jwt.sign(claims, key, { ...options, audience: "other" }))).toBe("invalid");
  expect(reasonOf(jwt.sign({ ...claims, sub: "auth0|5f7c", org: "acme" }, key, options))).toBe("accepted");
  for (const sub of ["", "a\0b", "\ud800", "x".repeat(256)])
    expect(reasonOf(jwt.sign({ ...claims, sub }, key, options))).toBe("invalid");
  expect(reasonOf(jwt.sign({ sub: claims.sub }, key, options))).toBe("invalid");
  expect(reasonOf(jwt.sign(claims, key, { issuer: "heliograph", audience: "heliograph" }))).toBe("invalid");
});

test("during a key rotation tokens of both keys are accepted, and new ones are signed with the first", () => {
  const next = { ...settings, JWT_SECRET: "n".repeat(32) };
  const before = tokens.sign(identity).token;
  // First all gateways accept the next key, then they sign with it, then the old key is removed: no valid token is refused.
  const accepting = new Tokens({ ...settings, JWT_SECRET_ACCEPTED: next.JWT_SECRET });
  const signing = new Tokens({ ...next, JWT_SECRET_ACCEPTED: settings.JWT_SECRET });
  const after = new Tokens({ ...next, JWT_SECRET_ACCEPTED: null });
  for (const gateway of [tokens, accepting, signing]) expect(gateway.verify(before).personId).toBe(identity.personId);
  const signed = signing.sign(identity).token;
  for (const gateway of [accepting, signing, after]) expect(gateway.verify(signed).personId).toBe(identity.personId);
  expect(() => after.verify(before)).toThrow(new TokenError("invalid"));
  expect(() => tokens.verify(signed)).toThrow(new TokenError("invalid"));
});

test("an expired token of the second key is distinguished from an invalid one too", () => {
  const gateway = new Tokens({ ...settings, JWT_SECRET: "n".repeat(32), JWT_SECRET_ACCEPTED: settings.JWT_SECRET });
  expect(() => gateway.verify(tokens.sign(identity, Date.now() - 120_000).token)).toThrow(new TokenError("expired"));
});
