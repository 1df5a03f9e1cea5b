import type { Plan } from "../plan/plan.ts";

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Tokens made from a good one that no server may accept. `expired`: a real one whose time is over, where one can be had. */
export function badTokensFrom(good: string, expired?: string): Plan["badTokens"] {
  const [header = "", payload = "", signature = ""] = good.split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as object;
  const flipped = `${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
  return [
    { name: "garbage token", token: "not.a.token" },
    { name: "changed signature", token: `${header}.${payload}.${flipped}` },
    { name: "changed claims", token: `${header}.${part({ ...claims, sub: crypto.randomUUID() })}.${signature}` },
    { name: "no algorithm", token: `${part({ alg: "none", typ: "JWT" })}.${payload}.` },
    ...(expired === undefined ? [] : [{ name: "expired token", token: expired }]),
  ];
}
