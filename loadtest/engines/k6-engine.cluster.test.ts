import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createTestDatabase, type TestDatabase } from "@heliograph/server-kit/testing";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type LocalCluster, LocalDeployment, startLocalCluster } from "../deployment/local-deployment.ts";
import { type Outcome, runScenario } from "../runner/run-scenario.ts";
import { scenarios } from "../scenarios/scenarios.ts";
import { tinySettings } from "../testing/tiny-settings.ts";
import { findK6, K6Unavailable, k6Engine } from "./k6-engine.ts";

let database: TestDatabase;
let localCluster: LocalCluster;
let folder: string;
let program: string;

/** Creates an executable shell script and returns its path. */
function executable(name: string, body: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
  return file;
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "hg-stand-in-"));
  const run = path.join(import.meta.dirname, "..", "testing", "k6", "run.ts");
  program = executable("k6", `exec "${process.execPath}" --disable-warning=ExperimentalWarning "${run}" "$@"`);
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
  rmSync(folder, { recursive: true, force: true });
});

test("a k6 of a recent enough version is found", async () => {
  expect(await findK6({ k6: program, path: "" })).toBe(program);
  expect(await findK6({ k6: undefined, path: `/nowhere:${folder}` })).toBe(program);
});

test("a missing, broken or outdated k6 is reported with the remedy", async () => {
  const old = executable("old", 'echo "k6 v1.5.2 (go1.24, linux/amd64)"');
  const other = executable("other", 'echo "something else"');
  for (const [k6, message] of [
    [undefined, /not on PATH.*--engine node/],
    ["/nowhere/k6", /does not run.*K6_BIN/],
    [old, /too old.*1\.6/],
    [other, /too old/],
  ] as const) {
    const failure = await findK6({ k6, path: "/nowhere" }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(K6Unavailable);
    expect((failure as Error).message).toMatch(message);
  }
});

async function run(name: string, overrides: Readonly<Record<string, number>> = {}): Promise<Outcome> {
  const scenario = scenarios.find((one) => one.name === name);
  const tiny = tinySettings[name];
  if (!scenario || !tiny) throw new Error(`no scenario ${name}, or no tiny settings for it`);
  const settings = { ...tiny, ...overrides };
  const id = `k6-${name}`;
  const deployment = await LocalDeployment.on(localCluster, { run: id, dataset: scenario.dataset(settings) });
  const signal = new AbortController().signal;
  const engine = k6Engine(program);
  const log = (): void => undefined;
  return runScenario({ scenario, profile: "local", settings, deployment, engine, run: id, signal, log });
}

const missed = ({ budgetResults }: Outcome) => budgetResults.filter(({ met }) => !met);

test("the script runs the journeys of every kind of workload on k6's interface", async () => {
  // slow-consumer also has journeys that k6 cannot run; the runner runs them in its own process.
  const names = ["smoke", "connect-storm", "slow-consumer", "auth-abuse"];
  const outcomes = await Promise.all(names.map((name) => run(name)));
  for (const [at, outcome] of outcomes.entries()) {
    expect([names[at], missed(outcome)]).toEqual([names[at], []]);
    expect(outcome.recording.values("rt_connect_ok")?.count).toBeGreaterThan(0);
  }
});

// In sequence, because each disturbs the cluster that the other would use.
test("the runner performs a scenario's actions while k6 runs, and the script's sockets resume", async () => {
  const killed = await run("leader-failover");
  expect(missed(killed)).toEqual([]);
  expect(killed.recording.values("rt_silence_ms")?.count).toBe(tinySettings["leader-failover"]?.["sockets"]);
  // Under k6 the timeline is fixed. On a busy machine it must leave time to connect before the deploy, and to replace both
  // gateways before the sockets close.
  const deployed = await run("reconnect-deploy", { rampSeconds: 4, deployAtSeconds: 4, holdSeconds: 24 });
  expect(missed(deployed)).toEqual([]);
  // Both gateways were replaced, so every socket was lost once.
  const resumed = deployed.recording.values("rt_resume_ok")?.count;
  expect(resumed).toBeGreaterThanOrEqual(tinySettings["reconnect-deploy"]?.["sockets"] ?? Number.NaN);
});
