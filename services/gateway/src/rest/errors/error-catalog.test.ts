import { expect, test } from "vitest";
import { restErrorCatalog } from "./error-catalog.ts";
import { RestError } from "./rest-error.ts";

test("every code has a meaning and a remedy", () => {
  for (const [code, entry] of Object.entries(restErrorCatalog)) {
    expect(code).toMatch(/^[a-z_]+$/);
    expect(entry.status).toBeGreaterThanOrEqual(400);
    expect(entry.meaning).toMatch(/\.$/);
    expect(entry.remedy).toMatch(/\.$/);
  }
});

test("an error answer has the documented shape", () => {
  expect(new RestError("not_found").toBody("r1")).toEqual({
    error: {
      code: "not_found",
      message: restErrorCatalog.not_found.meaning,
      remedy: restErrorCatalog.not_found.remedy,
      requestId: "r1",
    },
  });
  expect(new RestError("version_conflict", { current: null }).toBody("r1")).toHaveProperty("current", null);
});
