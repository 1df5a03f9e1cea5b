import { createServer } from "node:net";
import { type ServiceKind, startService } from "@heliograph/testkit/cluster/service-process";
import { expect, test } from "vitest";
import { listen } from "./harness/free-port.ts";

const good = {
  DATABASE_URL: "postgresql://nobody@127.0.0.1:1/none",
  JWT_SECRET: "s".repeat(32),
  CURSOR_SECRET: "c".repeat(32),
};

/** What a service says before it ends; fails when it becomes ready. */
async function lastWords(kind: ServiceKind, env: Record<string, string>, port = 0): Promise<string> {
  const outcome = await startService({ name: kind, kind, port, env }).catch((error: unknown) => error as Error);
  if (outcome instanceof Error) return outcome.message;
  await outcome.stop();
  throw new Error(`${kind} became ready with ${JSON.stringify(env)}`);
}

test.each<[ServiceKind, Record<string, string>]>([
  ["gateway", { DATABASE_URL: "", JWT_SECRET: "short", SYNC_ENABLED: "perhaps" }],
  ["gateway", { DATABASE_URL: "http://example.org", REDIS_URL: "not a url", POLL_INTERVAL_MS: "-5" }],
  ["gateway", { LOG_LEVEL: "loud", JWT_SECRET: "" }],
  ["watcher", { DATABASE_URL: "", CLAIM_BATCH: "many", LEASE_TTL_MS: "1" }],
])("a %s ends with exit code 78 and names every bad variable: %j", async (kind, bad) => {
  const words = await lastWords(kind, { ...good, ...bad });
  expect(words).toContain("exit code 78");
  for (const name of Object.keys(bad)) expect(words).toContain(name);
  expect(words).not.toContain(good.CURSOR_SECRET);
  expect(words).not.toContain("JWT_SECRET must have at least 32 bytes, has 5, but is");
});

test("a bad port is a configuration error", async () => {
  const words = await lastWords("gateway", good, 70_000);
  expect(words).toContain("exit code 78");
  expect(words).toContain("PORT");
});

test.each<ServiceKind>(["gateway", "watcher"])(
  "a taken port ends the %s with a message that names it",
  async (kind) => {
    const squatter = createServer();
    const port = await listen(squatter, 0);
    // On every address, as the services listen: a listener on 127.0.0.1 alone would leave the others free.
    await new Promise((resolve) => squatter.close(resolve));
    await new Promise<void>((resolve) => squatter.listen(port, resolve));
    try {
      const words = await lastWords(kind, good, port);
      expect(words).toMatch(/exit code [1-9]/);
      expect(words).toContain(String(port));
    } finally {
      await new Promise((resolve) => squatter.close(resolve));
    }
  },
);
