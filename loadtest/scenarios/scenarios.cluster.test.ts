import { createTestDatabase, type TestDatabase } from "@heliograph/server-kit/testing";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { Deployment } from "../deployment/deployment.ts";
import { type LocalCluster, LocalDeployment, startLocalCluster } from "../deployment/local-deployment.ts";
import { nodeEngine } from "../engines/node-engine.ts";
import type { BudgetResult } from "../plan/budget.ts";
import { type Outcome, runScenario } from "../runner/run-scenario.ts";
import { startLossyProxy } from "../testing/lossy-proxy.ts";
import { tinySettings } from "../testing/tiny-settings.ts";
import { scenarios } from "./scenarios.ts";

let database: TestDatabase;
let localCluster: LocalCluster;

beforeAll(async () => {
  database = await createTestDatabase({ template: "suite" });
  localCluster = await startLocalCluster({
    servers: { databaseUrl: database.url(), redisUrl: inject("redisUrl") },
    // Slow consumers are closed after two missed pings. A shorter interval closes honest clients on a busy machine.
    env: { PING_INTERVAL_MS: "2000", DRAIN_MS: "500" },
  });
});

afterAll(async () => {
  await localCluster?.[Symbol.asyncDispose]();
  await database?.[Symbol.asyncDispose]();
});

let runs = 0;

async function run(
  name: string,
  { wrap = (deployment: LocalDeployment): Deployment => deployment, lateLimitMs = 30_000 } = {},
): Promise<Outcome> {
  const scenario = scenarios.find((one) => one.name === name);
  const settings = tinySettings[name];
  if (!scenario || !settings) throw new Error(`no scenario ${name}, or no tiny settings for it`);
  const id = `t${++runs}`;
  const deployment = wrap(await LocalDeployment.on(localCluster, { run: id, dataset: scenario.dataset(settings) }));
  const signal = new AbortController().signal;
  return runScenario({
    scenario,
    profile: "local",
    settings,
    deployment,
    engine: nodeEngine,
    lateLimitMs,
    run: id,
    signal,
    log: () => undefined,
  });
}

const missed = ({ budgetResults }: Outcome): Pick<BudgetResult, "metric" | "expression" | "value">[] =>
  budgetResults.filter(({ met }) => !met).map(({ metric, expression, value }) => ({ metric, expression, value }));

/** Scenarios that disturb the cluster run alone. */
const alone = ["reconnect-deploy", "leader-failover"];
const together = scenarios.map(({ name }) => name).filter((name) => !alone.includes(name));
/** Scenarios that run at the same time. They mostly wait, but starting them takes CPU. */
const atOnce = 6;

test("every scenario runs its journeys and meets its budgets", async () => {
  for (let at = 0; at < together.length; at += atOnce) {
    const names = together.slice(at, at + atOnce);
    const found = await Promise.all(names.map(async (name) => [name, missed(await run(name))] as const));
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(names.map((name) => [name, []])));
  }
});

test("killing the leader delays signals and loses none", async () => {
  const outcome = await run("leader-failover");
  expect(missed(outcome)).toEqual([]);
  expect(outcome.recording.values("rt_received")?.count).toBeGreaterThan(0);
});

test("a rolling deploy makes sockets resume and loses no signal", async () => {
  const outcome = await run("reconnect-deploy");
  expect(missed(outcome)).toEqual([]);
  expect(outcome.recording.values("rt_resume_ok")?.count).toBeGreaterThan(0);
});

test("lost signals make a run miss its delivery budgets", async () => {
  const [gateway] = localCluster.cluster.gateways;
  await using proxy = await startLossyProxy(`${gateway?.url.replace("http", "ws")}/ws/sync`, 3);
  const outcome = await run("steady", {
    lateLimitMs: 2000,
    wrap: (deployment) => ({
      facts: { ...deployment.facts, targets: [{ http: gateway?.url ?? "", ws: proxy.url }] },
      users: deployment.users,
      rows: deployment.rows,
      services: () => deployment.services(),
      lagMs: () => deployment.lagMs(),
      perform: (action, signal) => deployment.perform(action, signal),
      countLeftovers: () => deployment.countLeftovers(),
      [Symbol.asyncDispose]: () => deployment[Symbol.asyncDispose](),
    }),
  });
  expect(proxy.lost()).toBeGreaterThan(0);
  expect(missed(outcome).map(({ metric }) => metric)).toEqual(expect.arrayContaining(["rt_delivery_ratio", "rt_gaps"]));
});
