/** `npm run demo` as a user runs it: through npm, with signals, twice on the same data. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { postgresAccount } from "@heliograph/testkit/postgres/account";
import { removeData } from "@heliograph/testkit/postgres/data-place";
import { freePort } from "@heliograph/testkit/process/free-port";
import { processCommand } from "@heliograph/testkit/process/process-command";
import { recentLines } from "@heliograph/testkit/process/recent-lines";
import { waitForLine } from "@heliograph/testkit/process/wait-for-line";
import { repositoryRoot } from "@heliograph/testkit/repository";
import pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";

/** The line that the demo prints. */
interface ReadyLine {
  event: "ready";
  web: string;
  gateways: string[];
  databaseUrl: string;
  redisUrl: string | null;
  pids: { gateway: number[]; watcher: number[]; postgres: number; redis: number | null };
  users: { email: string; password: string; personId: string; organizationId: string }[];
}

const STOP_MS = 10_000;
/** Time limit of a start. A quarter of the test's, so that a failure shows the last lines of the demo. */
const startMs = 75_000;
let data = "";
const started: ChildProcess[] = [];

beforeEach(() => {
  // Not under a name that marks a scratch folder: a second start must find it again.
  data = realpathSync(mkdtempSync(path.join(tmpdir(), "hg-demo-data-")));
});
afterEach(async () => {
  for (const npm of started.splice(0)) {
    if (npm.exitCode === null && npm.signalCode === null) npm.kill("SIGTERM");
  }
  await untilGone([pidOfDemo()]);
  removeData(data, postgresAccount());
  rmSync(data, { recursive: true, force: true });
});

function pidOfDemo(): number {
  const file = path.join(data, "demo.pid");
  return existsSync(file) ? Number(readFileSync(file, "utf8")) : 0;
}

async function startDemo(...args: string[]): Promise<{ npm: ChildProcess; ready: ReadyLine; pids: number[] }> {
  const { DATABASE_URL: _d, REDIS_URL: _r, PORT: _p, ...env } = process.env;
  const npm = spawn("npm", ["run", "--silent", "demo", "--", "--data", data, ...args], {
    cwd: repositoryRoot,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  started.push(npm);
  const lines = recentLines([npm.stdout, npm.stderr]);
  const match = (line: string) => (line.startsWith('{"event":"ready"') ? (JSON.parse(line) as ReadyLine) : undefined);
  const ready = await waitForLine({ name: "npm run demo", child: npm, lines, match, timeoutMs: startMs });
  const { gateway, watcher, postgres, redis } = ready.pids;
  const pids = [pidOfDemo(), ...gateway, ...watcher, postgres, ...(redis === null ? [] : [redis])];
  return { npm, ready, pids };
}

/** Resolves with the milliseconds until none of these processes exists. Rejects after the longest time a stop may take. */
async function untilGone(pids: readonly number[]): Promise<number> {
  const from = performance.now();
  for (;;) {
    const left = pids.filter((pid) => pid > 0 && processCommand(pid));
    const elapsed = performance.now() - from;
    if (left.length === 0) return elapsed;
    if (elapsed > STOP_MS) throw new Error(`still running after ${STOP_MS} ms: ${left.map(processCommand).join("; ")}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function query<T extends pg.QueryResultRow>(url: string, text: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(text)).rows;
  } finally {
    await client.end();
  }
}

test("starts on the next free port, serves, stops by a signal to npm, and keeps its data", async () => {
  // Below the range of ports for outgoing connections: one of these could occupy the port at the second start.
  const port = await freePort(18_000 + (process.pid % 10_000));
  const occupant = createServer().listen(port, "127.0.0.1");
  await once(occupant, "listening");

  const first = await startDemo("--port", String(port));
  const { ready } = first;
  expect(Object.keys(ready)).toEqual(["event", "web", "gateways", "databaseUrl", "redisUrl", "pids", "users"]);
  expect(Number(new URL(ready.web).port)).toBeGreaterThan(port);
  expect(ready.gateways).toHaveLength(2);
  expect(new Set([...ready.gateways, ready.web]).size).toBe(3);
  expect(ready.pids).toMatchObject({
    gateway: [expect.any(Number), expect.any(Number)],
    watcher: [expect.any(Number), expect.any(Number)],
  });
  expect(ready.users).toHaveLength(5);
  expect((await query(ready.databaseUrl, "select rolsuper from pg_roles where rolname = current_user"))[0]).toEqual({
    rolsuper: true,
  });

  const page = await fetch(ready.web);
  expect(page.headers.get("content-type")).toContain("text/html");
  const [user] = ready.users;
  const login = await fetch(`${ready.web}/api/v1/auth/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: user?.email, password: user?.password }),
  });
  expect(login.status).toBe(200);
  const { token } = (await login.json()) as { token: string };
  await query(ready.databaseUrl, "update app.organization set legal_name = 'kept' where name ilike 'northwind%'");

  first.npm.kill("SIGTERM");
  await untilGone(first.pids);
  occupant.close();

  const second = await startDemo("--port", String(port));
  expect(Number(new URL(second.ready.web).port)).toBe(port);
  const kept = await query(second.ready.databaseUrl, "select 1 from app.organization where legal_name = 'kept'");
  expect(kept).toHaveLength(1);
  // The token was signed before the restart: secrets are kept as well.
  const me = await fetch(`${second.ready.web}/api/v1/auth/me`, { headers: { authorization: `Bearer ${token}` } });
  expect(me.status).toBe(200);

  // npm is killed without a signal to the demo, and still no process may be left.
  second.npm.kill("SIGKILL");
  await untilGone(second.pids);
});
