import type { ServiceProcess } from "@heliograph/testkit/cluster/service-process";
import { expect, test } from "vitest";
import { RestClient } from "./harness/rest-client.ts";
import { useTestCluster } from "./harness/test-cluster.ts";

const before = "b".repeat(32);
const next = "n".repeat(32);
const cluster = useTestCluster({ gateways: 1, watchers: 1, env: { JWT_SECRET: before } });

/** What a gateway says of a token, by REST and at the socket's address (426: a good one). */
async function judges(gateway: ServiceProcess, token: string): Promise<number[]> {
  const headers = { authorization: `Bearer ${token}` };
  const paths = ["/api/v1/auth/me", "/ws/sync"];
  return Promise.all(paths.map(async (path) => (await fetch(new URL(path, gateway.url), { headers })).status));
}

// A deployment is never at one moment: during each step gateways of it and of the one before serve side by side.
test("the token key is changed in three steps without signing users out", async () => {
  const gateway = (env: Record<string, string>) => cluster().services.add("gateway", { env });
  const old = cluster().gateway(0);
  const [accepting, signing, after] = await Promise.all([
    gateway({ JWT_SECRET: before, JWT_SECRET_ACCEPTED: next }),
    gateway({ JWT_SECRET: next, JWT_SECRET_ACCEPTED: before }),
    gateway({ JWT_SECRET: next, JWT_SECRET_ACCEPTED: next }),
  ]);
  const signIn = async (at: ServiceProcess) => (await RestClient.login(at.url, "bob@northwind.example")).token;
  const steps = [
    [old, accepting],
    [accepting, signing],
  ] as const;
  for (const step of steps)
    for (const signer of step) {
      const token = await signIn(signer);
      for (const reader of step) expect(await judges(reader, token)).toEqual([200, 426]);
    }
  // After the lifetime of a token there is none of the old key left, so the last step refuses what it should.
  expect(await judges(after, await signIn(signing))).toEqual([200, 426]);
  expect(await judges(after, await signIn(old))).toEqual([401, 401]);
});
