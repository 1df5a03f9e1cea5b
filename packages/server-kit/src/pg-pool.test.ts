import { expect, test } from "vitest";
import { isUnavailable } from "./pg-pool.ts";

const withCode = (code: string): Error => Object.assign(new Error("x"), { code });

test("a lost or starting server is told apart from a wrong statement", () => {
  for (const code of ["08006", "57P01", "57P03", "53300", "ECONNREFUSED", "ENOENT"])
    expect(isUnavailable(withCode(code))).toBe(true);
  for (const code of ["23505", "42P01", "22P02", "57014"]) expect(isUnavailable(withCode(code))).toBe(false);
  expect(isUnavailable(new Error("Connection terminated unexpectedly"))).toBe(true);
});
