import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { type ServiceKind, startService } from "@heliograph/testkit/cluster/service-process";
import { expect, test } from "vitest";

const good = {
  DATABASE_URL: "postgresql://user@127.0.0.1:1/none",
  JWT_SECRET: "s".repeat(32),
  CURSOR_SECRET: "c".repeat(32),
};

/** The error of a service that fails to start. Throws if the service becomes ready. */
async function startupError(kind: ServiceKind, env: Record<string, string>, port = 0): Promise<string> {
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
])("a %s exits with code 78 and names every invalid variable: %j", async (kind, bad) => {
  const message = await startupError(kind, { ...good, ...bad });
  expect(message).toContain("exit code 78");
  for (const name of Object.keys(bad)) expect(message).toContain(name);
  expect(message).not.toContain(good.CURSOR_SECRET);
  expect(message).not.toContain("JWT_SECRET must have at least 32 bytes, has 5, but is");
});

test("an invalid port is a configuration error", async () => {
  const message = await startupError("gateway", good, 70_000);
  expect(message).toContain("exit code 78");
  expect(message).toContain("PORT");
});

test.each<ServiceKind>(["gateway", "watcher"])(
  "a %s whose port is in use exits with a message that names the port",
  async (kind) => {
    // Listens on every address, like the services. A listener on 127.0.0.1 would leave the port free on the others.
    const occupant = createServer().listen(0);
    await once(occupant, "listening");
    const { port } = occupant.address() as AddressInfo;
    try {
      const message = await startupError(kind, good, port);
      expect(message).toMatch(/exit code [1-9]/);
      expect(message).toContain(String(port));
    } finally {
      occupant.close();
      await once(occupant, "close");
    }
  },
);
