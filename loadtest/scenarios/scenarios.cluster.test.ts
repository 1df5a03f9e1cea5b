import { createTestDatabase, type TestDatabase } from "@heliograph/server-kit/testing";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { Site } from "../deployment/deployment.ts";
import { type Ground, LocalSite, startGround } from "../deployment/local-deployment.ts";
import type { Verdict } from "../plan/budget.ts";
import { nodeEngine, type Outcome, runScenario } from "../runner/run-scenario.ts";
import { startLossyProxy } from "../testing/lossy-proxy.ts";
import { tinySettings } from "../testing/tiny-settings.ts";
import { scenarios } from "./scenarios.ts";

let database: TestDatabase;
let ground: Ground;

beforeAll(async () => {
  database = await createTestDatabase({ template: "suite" });
  ground = await startGround({
    servers: { databaseUrl: database.url(), redisUrl: inject("redisUrl") },
    // Of the slow consumers: two missed pings, and the test is over before the real interval is.
    env: { PING_INTERVAL_MS: "1000", DRAIN_MS: "500" },
  });
});

afterAll(async () => {
  await ground?.[Symbol.asyncDispose]();
  await database?.[Symbol.asyncDispose]();
});

let runs = 0;

async function run(
  name: string,
  { through = (site: LocalSite): Site => site, patienceMs = 30_000 } = {},
): Promise<Outcome> {
  const scenario = scenarios.find((one) => one.name === name);
  const settings = tinySettings[name];
  if (!scenario || !settings) throw new Error(`no scenario ${name}, or no tiny settings for it`);
  const id = `t${++runs}`;
  const site = through(await LocalSite.on(ground, { run: id, world: scenario.world(settings) }));
  const signal = new AbortController().signal;
  return runScenario({
    scenario,
    profile: "local",
    settings,
    site,
    engine: nodeEngine,
    patienceMs,
    run: id,
    signal,
    say: () => undefined,
  });
}

const broken = ({ verdicts }: Outcome): Pick<Verdict, "metric" | "expression" | "value">[] =>
  verdicts.filter(({ kept }) => !kept).map(({ metric, expression, value }) => ({ metric, expression, value }));

/** What does something to the cluster has it for itself. */
const alone = ["reconnect-deploy", "leader-failover"];
const together = scenarios.map(({ name }) => name).filter((name) => !alone.includes(name));
/** They mostly wait, but their beginnings are work. */
const atOnce = 6;

test("every scenario makes its journeys and keeps its budgets", async () => {
  for (let at = 0; at < together.length; at += atOnce) {
    const names = together.slice(at, at + atOnce);
    const found = await Promise.all(names.map(async (name) => [name, broken(await run(name))] as const));
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(names.map((name) => [name, []])));
  }
});

test("killing the leader is a silence and costs no signal", async () => {
  const outcome = await run("leader-failover");
  expect(broken(outcome)).toEqual([]);
  expect(outcome.recording.values("rt_received")?.count).toBeGreaterThan(0);
});

test("a rolling deploy costs every socket a resume and no signal", async () => {
  const outcome = await run("reconnect-deploy");
  expect(broken(outcome)).toEqual([]);
  expect(outcome.recording.values("rt_resume_ok")?.count).toBeGreaterThan(0);
});

test("lost signals make a run fail", async () => {
  const [gateway] = ground.cluster.gateways;
  await using proxy = await startLossyProxy(`${gateway?.url.replace("http", "ws")}/ws/sync`, 3);
  const outcome = await run("steady", {
    patienceMs: 2000,
    through: (site) => ({
      facts: { ...site.facts, targets: [{ http: gateway?.url ?? "", ws: proxy.url }] },
      users: site.users,
      rows: site.rows,
      observed: () => site.observed(),
      lagMs: () => site.lagMs(),
      act: (action, signal) => site.act(action, signal),
      leftovers: () => site.leftovers(),
      [Symbol.asyncDispose]: () => site[Symbol.asyncDispose](),
    }),
  });
  expect(proxy.lost()).toBeGreaterThan(0);
  expect(broken(outcome).map(({ metric }) => metric)).toEqual(expect.arrayContaining(["rt_delivery_ratio", "rt_gaps"]));
});
