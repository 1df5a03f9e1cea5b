import type { ServiceProcess } from "@heliograph/testkit/cluster/service-process";
import { expect, test } from "vitest";
import { RestClient } from "./harness/rest-client.ts";
import { useTestCluster } from "./harness/test-cluster.ts";

const before = "b".repeat(32);
const next = "n".repeat(32);
const cluster = useTestCluster({ gateways: 1, watchers: 1, env: { JWT_SECRET: before } });

/** The statuses with which a gateway answers a token, for REST and at the socket's path (426 means it is valid). */
async function statusesFor(gateway: ServiceProcess, token: string): Promise<number[]> {
  const headers = { authorization: `Bearer ${token}` };
  const paths = ["/api/v1/auth/me", "/ws/sync"];
  return Promise.all(paths.map(async (path) => (await fetch(new URL(path, gateway.url), { headers })).status));
}

// A deployment is gradual: during each step, gateways with the settings of the step and of the previous one run together.
test("the token key is changed in three steps without signing users out", async () => {
  const gateway = (env: Record<string, string>) => cluster().services.add("gateway", { env });
  const initial = cluster().gateway(0);
  const [accepting, signing, final] = await Promise.all([
    gateway({ JWT_SECRET: before, JWT_SECRET_ACCEPTED: next }),
    gateway({ JWT_SECRET: next, JWT_SECRET_ACCEPTED: before }),
    gateway({ JWT_SECRET: next, JWT_SECRET_ACCEPTED: next }),
  ]);
  const signIn = async (at: ServiceProcess) => (await RestClient.login(at.url, "bob@northwind.example")).token;
  const steps = [
    [initial, accepting],
    [accepting, signing],
  ] as const;
  for (const step of steps)
    for (const signer of step) {
      const token = await signIn(signer);
      for (const reader of step) expect(await statusesFor(reader, token)).toEqual([200, 426]);
    }
  // The last step is taken after the lifetime of a token, when no valid token of the old key is left.
  expect(await statusesFor(final, await signIn(signing))).toEqual([200, 426]);
  expect(await statusesFor(final, await signIn(initial))).toEqual([401, 401]);
});
