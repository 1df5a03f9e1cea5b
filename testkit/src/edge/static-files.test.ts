import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { staticFiles } from "./static-files.ts";

const folder = mkdtempSync(path.join(tmpdir(), "hg-static-"));
let base = "";
const server = createServer((request, response) => staticFiles(folder)(request, response));

beforeAll(async () => {
  mkdirSync(path.join(folder, "assets"));
  writeFileSync(path.join(folder, "index.html"), "<title>app</title>");
  writeFileSync(path.join(folder, "assets", "index-abc.js"), "1");
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

test.each(["/", "/project/0b7e", "/sign-in?next=/"])(
  "serves the application at %s and forbids caching",
  async (url) => {
    const answer = await fetch(base + url);
    expect(await answer.text()).toContain("app");
    expect(answer.headers.get("cache-control")).toBe("no-cache");
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'self'");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  },
);

test("lets clients cache hashed files permanently", async () => {
  const answer = await fetch(`${base}/assets/index-abc.js`);
  expect(answer.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
});

test("answers 404 and not the application for a file of an earlier build", async () => {
  expect((await fetch(`${base}/assets/index-old.js`)).status).toBe(404);
});

test("allows only GET and HEAD", async () => {
  expect((await fetch(base, { method: "POST" })).status).toBe(405);
});
