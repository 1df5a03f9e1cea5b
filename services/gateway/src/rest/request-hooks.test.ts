import type { Logger } from "@heliograph/server-kit";
import Fastify from "fastify";
import { expect, test } from "vitest";
import { addRequestHooks } from "./request-hooks.ts";

test("each request has one log line without the query, and one observation by route pattern", async () => {
  const lines: object[] = [];
  const observed: unknown[][] = [];
  const logger = { info: (line: object) => lines.push(line) } as unknown as Logger;
  const app = Fastify();
  addRequestHooks(app, logger, (...observation) => observed.push(observation));
  app.get("/thing/:id", async () => ({}));
  const answer = await app.inject({ url: "/thing/7?token=secret", headers: { "x-request-id": "r-1" } });
  await app.inject({ url: "/nothing/8?token=secret" });
  expect(answer.headers["x-request-id"]).toBe("r-1");
  expect(lines).toEqual([
    {
      event: "request",
      method: "GET",
      path: "/thing/7",
      status: 200,
      milliseconds: expect.any(Number),
      requestId: "r-1",
    },
    expect.objectContaining({ path: "/nothing/8", status: 404 }),
  ]);
  expect(observed).toEqual([
    ["/thing/:id", 200, expect.any(Number)],
    ["unknown", 404, expect.any(Number)],
  ]);
  expect(JSON.stringify([lines, observed])).not.toContain("secret");
  await app.close();
});
