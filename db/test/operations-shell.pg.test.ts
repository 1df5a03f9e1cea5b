import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createTestDatabase, type TestDatabase } from "@heliograph/server-kit/testing";
import pg from "pg";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { guide, inlineCommands, shellBlocks } from "./support/operations-guide.ts";

const repository = path.join(import.meta.dirname, "../..");
let folder: string;
let database: TestDatabase;
/** Empty database, as the guide's first command expects. */
const fresh = `operations_${process.pid}`;
let freshUrl: string;

interface Ran {
  said: string;
  /** Calls of the stand-ins: program and arguments. */
  calls: readonly (readonly string[])[];
}
const outcomes = new Map<string, Ran>();

/** Scripts that replace programs which are not installed. They record each call as a line with a JSON array. */
const standIns = {
  aws: 'case "$*" in *get-secret-value*) echo \'{"current":"old-key","accepted":"old-key"}\';; esac',
  curl: "",
  terraform: "",
  jq: `exec node --eval 'process.stdout.write(JSON.parse(require("fs").readFileSync(0, "utf8")).current)'`,
};

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "hg-operations-"));
  const note = "appendFileSync(process.env.ASKED, JSON.stringify(process.argv.slice(2)) + '\\n');";
  writeFileSync(path.join(folder, "note.mjs"), `import { appendFileSync } from "node:fs";\n${note}\n`);
  for (const [name, body] of Object.entries(standIns)) {
    const file = path.join(folder, name);
    writeFileSync(file, `#!/bin/sh\nnode "${folder}/note.mjs" ${name} "$@"\n${body}\nexit 0\n`);
    chmodSync(file, 0o755);
  }
  database = await createTestDatabase({ template: "suite" });
  await database.pool.query(`create database ${fresh}`);
  const url = new URL(inject("postgresUrl"));
  url.pathname = `/${fresh}`;
  freshUrl = url.href;
  // Each block runs once, in the order of the guide. The first one installs the schema.
  for (const block of shellBlocks) outcomes.set(block, await run(block));
});

afterAll(async () => {
  await database?.pool.query(`drop database if exists ${fresh} with (force)`);
  await database?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** Replaces the placeholders of the guide, as an operator would. */
const filled = (script: string): string =>
  script
    .replaceAll("postgresql://owner@host/db", freshUrl)
    .replaceAll(/(?<= |^)DATABASE_URL=…/gm, `DATABASE_URL=${freshUrl}`)
    .replaceAll(/(GATEWAY|WATCHER)_DATABASE_URL=…/g, (_, kind: string) => {
      return `${kind}_DATABASE_URL=postgresql://heliograph_${kind.toLowerCase()}:a-password-of-operations@host/db`;
    })
    .replaceAll(/<[a-z ]+>/g, "sample");

/** Runs a script in a shell that stops at the first error. */
async function run(script: string): Promise<Ran> {
  const asked = path.join(folder, "asked");
  writeFileSync(asked, "");
  const text = filled(script);
  expect(text).not.toMatch(/…|<[a-z]/);
  const child = spawn("sh", ["-e", "-u", "-c", text], {
    cwd: repository,
    env: {
      PATH: [folder, path.dirname(process.execPath), "/opt/homebrew/bin", "/usr/bin", "/bin"].join(path.delimiter),
      HOME: folder,
      ASKED: asked,
      // Commands of the guide without DATABASE_URL use the one of the environment.
      DATABASE_URL: freshUrl,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`this part of docs/operations.md exits with ${code}:\n${text}\n${said}`);
  const calls = readFileSync(asked, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as string[]);
  return { said, calls };
}

/** Returns the outcome of the last block that contains the text. */
function ran(words: string): Ran {
  const block = shellBlocks.findLast((text) => text.includes(words));
  const outcome = outcomes.get(block ?? "");
  if (!outcome) throw new Error(`no block of docs/operations.md contains "${words}"`);
  return outcome;
}

test("every shell block in the operations guide runs as written, and the first one installs the schema", async () => {
  expect(outcomes.size).toBeGreaterThan(4);
  // Commands in indented blocks would not be run.
  expect(guide).not.toMatch(/^ {4}(?:aws|curl|\.\/|[A-Z_]+=)/m);
  expect(outcomes.get(shellBlocks[0] ?? "")?.said).toContain("installed core ");
  const client = new pg.Client({ connectionString: freshUrl });
  await client.connect();
  try {
    expect((await client.query("select * from app.check_sync()")).rows).toEqual([]);
  } finally {
    await client.end();
  }
});

test("a deployment migrates the schema first and then waits for a gateway", () => {
  const { said, calls } = ran("/healthz/ready");
  expect(said).toContain("The database is up to date.");
  expect(calls).toEqual([["curl", "--fail", "http://sample:4000/healthz/ready"]]);
});

test("passwords of the services are set and not printed", () => {
  const { said } = ran("--logins");
  expect(said).toContain("The passwords of the service roles are set.");
  expect(said).not.toContain("a-password-of-operations");
});

test("keys are rotated in three steps, each rolled out before the next", () => {
  const { calls } = ran("put-secret-value");
  const aws = calls.filter(([program]) => program === "aws");
  const steps = aws.map(([, service, command]) => `${service} ${command}`);
  const rolled = ["ecs update-service", "ecs wait"];
  const put = ["secretsmanager put-secret-value", ...rolled];
  const kept = ["secretsmanager get-secret-value", "secretsmanager update-secret-version-stage"];
  expect(steps).toEqual(["secretsmanager get-secret-value", ...kept, ...put, ...put, ...put]);
  const keys = aws
    .filter((call) => call.includes("put-secret-value"))
    .map((call) => JSON.parse(call.at(-1) ?? "") as { current: string; accepted: string });
  const next = keys[0]?.accepted ?? "";
  expect(next).toMatch(/^[0-9a-f]{64}$/);
  expect(keys).toEqual([
    { current: "old-key", accepted: next },
    { current: next, accepted: "old-key" },
    { current: next, accepted: next },
  ]);
});

test("a restored cluster takes the name of the old one, which is renamed first, and Terraform applies the rest", () => {
  const { calls } = ran("restore-db-cluster-to-point-in-time");
  const steps = calls.filter(([program, service]) => program === "terraform" || service === "rds");
  const of = (command: string) => steps.filter((call) => call.includes(command));
  const option = (call: readonly string[] = [], name = "") => call[call.indexOf(name) + 1];
  const [renamed, managed] = of("modify-db-cluster");
  const [restored] = of("restore-db-cluster-to-point-in-time");
  expect(option(renamed, "--db-cluster-identifier")).toBe("sample");
  expect(option(renamed, "--new-db-cluster-identifier")).toBe("old-sample");
  expect(option(restored, "--source-db-cluster-identifier")).toBe("old-sample");
  expect(option(restored, "--db-cluster-identifier")).toBe("sample");
  expect(managed).toContain("--manage-master-user-password");
  const order = [renamed, restored, managed].map((call) => steps.indexOf(call ?? []));
  expect(order).toEqual([...order].sort((a, b) => a - b));
  expect(steps.slice(-2).map((call) => call.slice(0, 2).join(" "))).toEqual(["terraform plan", "terraform apply"]);
});

test("inline commands run, and the files that they name exist", async () => {
  expect(inlineCommands.length).toBeGreaterThan(3);
  for (const command of inlineCommands) {
    const [program = "", ...args] = command.split(" ");
    if (program.startsWith("./"))
      expect([program, existsSync(path.join(repository, program))]).toEqual([program, true]);
    // The check creates three databases, and migrate.pg.test.ts runs it already.
    if (args[0] === "check") continue;
    const { calls } = await run(command);
    if (program === "aws") expect(calls).toHaveLength(1);
  }
});
