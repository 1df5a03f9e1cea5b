import type { Plan } from "../plan/plan.ts";

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/**
 * Tokens that a server must reject, made from a valid one. `expired` is a correctly signed token whose lifetime is over, if
 * one is available.
 */
export function invalidTokensFrom(valid: string, expired?: string): Plan["invalidTokens"] {
  const [header = "", payload = "", signature = ""] = valid.split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as object;
  const changedSignature = `${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
  return [
    { name: "garbage token", token: "not.a.token" },
    { name: "changed signature", token: `${header}.${payload}.${changedSignature}` },
    { name: "changed claims", token: `${header}.${encode({ ...claims, sub: crypto.randomUUID() })}.${signature}` },
    { name: "no algorithm", token: `${encode({ alg: "none", typ: "JWT" })}.${payload}.` },
    ...(expired === undefined ? [] : [{ name: "expired token", token: expired }]),
  ];
}
