import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createTestDatabase, type TestDatabase } from "@heliograph/server-kit/testing";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type Ground, LocalSite, startGround } from "../deployment/local-deployment.ts";
import { type Outcome, runScenario } from "../runner/run-scenario.ts";
import { scenarios } from "../scenarios/scenarios.ts";
import { tinySettings } from "../testing/tiny-settings.ts";
import { findK6, K6Missing, k6Engine } from "./k6-engine.ts";

let database: TestDatabase;
let ground: Ground;
let folder: string;
let program: string;

/** An executable that says so, or runs the stand-in. */
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
  ground = await startGround({
    servers: { databaseUrl: database.url(), redisUrl: inject("redisUrl") },
    env: { PING_INTERVAL_MS: "1000", DRAIN_MS: "500" },
  });
});

afterAll(async () => {
  await ground?.[Symbol.asyncDispose]();
  await database?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

test("a k6 that is there and new enough is found", async () => {
  expect(await findK6({ k6: program, path: "" })).toBe(program);
  expect(await findK6({ k6: undefined, path: `/nowhere:${folder}` })).toBe(program);
});

test("a k6 that is missing, broken or old is named with the remedy", async () => {
  const old = executable("old", 'echo "k6 v1.5.2 (go1.24, linux/amd64)"');
  const other = executable("other", 'echo "something else"');
  for (const [k6, message] of [
    [undefined, /not on PATH.*--engine node/],
    ["/nowhere/k6", /does not run.*K6_BIN/],
    [old, /too old.*1\.6/],
    [other, /too old/],
  ] as const) {
    const failure = await findK6({ k6, path: "/nowhere" }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(K6Missing);
    expect((failure as Error).message).toMatch(message);
  }
});

async function run(name: string): Promise<Outcome> {
  const scenario = scenarios.find((one) => one.name === name);
  const settings = tinySettings[name];
  if (!scenario || !settings) throw new Error(`no scenario ${name}, or no tiny settings for it`);
  const id = `k6-${name}`;
  const site = await LocalSite.on(ground, { run: id, world: scenario.world(settings) });
  const signal = new AbortController().signal;
  const engine = k6Engine(program);
  const say = (): void => undefined;
  return runScenario({ scenario, profile: "local", settings, site, engine, run: id, signal, say });
}

const broken = ({ verdicts }: Outcome) => verdicts.filter(({ kept }) => !kept);

test("the script makes the journeys of every kind of crowd in what k6 offers", async () => {
  // In slow-consumer there are also those that k6 cannot make, which the runner does beside it.
  const names = ["smoke", "connect-storm", "slow-consumer", "auth-abuse"];
  const outcomes = await Promise.all(names.map(run));
  for (const [at, outcome] of outcomes.entries()) {
    expect([names[at], broken(outcome)]).toEqual([names[at], []]);
    expect(outcome.recording.values("rt_connect_ok")?.count).toBeGreaterThan(0);
  }
});

// One after the other: each does something to the cluster that the others would notice.
test("while k6 runs the runner does to the product what the scenario asks for, and the script's sockets go on", async () => {
  const killed = await run("leader-failover");
  expect(broken(killed)).toEqual([]);
  expect(killed.recording.values("rt_silence_ms")?.count).toBe(tinySettings["leader-failover"]?.["sockets"]);
  const deployed = await run("reconnect-deploy");
  expect(broken(deployed)).toEqual([]);
  // Every socket lay on a gateway that was replaced.
  const resumed = deployed.recording.values("rt_resume_ok")?.count;
  expect(resumed).toBeGreaterThanOrEqual(tinySettings["reconnect-deploy"]?.["sockets"] ?? Number.NaN);
});
