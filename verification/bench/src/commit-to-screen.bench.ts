/**
 * Question: how long does it take from the commit of a change to the new text in a browser's document?
 *
 * Setup: two gateways, two watchers, Redis, PostgreSQL with full durability, the built application in Chromium showing a list
 * of tasks, and one bare socket that holds the same rows. The difference between the two is the cost of fetching, storing
 * and rendering the row. Visible rows are changed by SQL, alternating between 1, 5 and 20 changes per second.
 *
 *     npm run bench -- commit-to-screen --seconds 20 --turns 2
 */
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { demoUsers } from "@heliograph/db";
import { loadConfig, Tokens, tokenConfig } from "@heliograph/server-kit";
import { findChromium } from "@heliograph/testkit/browser/find-chromium";
import { startCluster } from "@heliograph/testkit/cluster/cluster";
import { startEdge } from "@heliograph/testkit/edge/edge";
import { staticFiles } from "@heliograph/testkit/edge/static-files";
import { Histogram } from "@heliograph/testkit/histogram";
import { startScratchServer } from "@heliograph/testkit/postgres/scratch-server";
import { templateDatabase } from "@heliograph/testkit/postgres/template-cluster";
import { findRedis } from "@heliograph/testkit/redis/find-redis";
import { startRedis } from "@heliograph/testkit/redis/server";
import { buildWeb, webFolder } from "@heliograph/testkit/web/build-web";
import pg from "pg";
import { chromium, type Page } from "playwright-core";
import { openLatencyProbe } from "./latency-probe.ts";
import { atSteadyRate } from "./steady-rate.ts";

const DURABLE = { fsync: "on", synchronous_commit: "on", full_page_writes: "on", wal_level: "replica" };
const RATES = [1, 5, 20];
/** Number of changed rows; all of them are visible without scrolling. */
const ROWS = 12;
/** How long the last change of a turn may take to arrive before it counts as missing. */
const SETTLE_MS = 5_000;
const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"];

/** Records when each changed title first appears in the document, in milliseconds since 1970. */
async function watchTitles(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen: Record<string, number> = {};
    Object.assign(window, { titlesSeen: seen });
    const record = () => {
      const now = performance.timeOrigin + performance.now();
      for (const link of document.querySelectorAll("tbody a")) {
        const title = link.textContent ?? "";
        if (title.startsWith("bench ")) seen[title] ??= now;
      }
    };
    new MutationObserver(record).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
}

function titlesSeen(page: Page): Promise<Readonly<Record<string, number>>> {
  return page.evaluate(() => (window as unknown as { titlesSeen: Record<string, number> }).titlesSeen);
}

/** Runs the benchmark; called by cli.ts. */
export async function run(args: string[]): Promise<object> {
  const { values } = parseArgs({
    args,
    options: { seconds: { type: "string", default: "20" }, turns: { type: "string", default: "2" } },
  });
  const [seconds, turns] = [Number(values.seconds), Number(values.turns)];
  const executablePath = findChromium();
  if (executablePath === null) throw new Error("This benchmark needs Chromium. Install the package chromium.");
  const found = await findRedis();
  if (found.program === null) throw new Error(`This benchmark needs Redis: ${found.reason}`);
  await using undo = new AsyncDisposableStack();
  const built = buildWeb(new AbortController().signal);
  const server = undo.use(await startScratchServer(DURABLE));
  if (server.failure !== null) throw server.failure;
  const redis = undo.use(await startRedis(found.program));
  const databaseUrl = server.url(templateDatabase.demo);
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 8 });
  undo.defer(() => pool.end());
  const cluster = undo.use(await startCluster({ databaseUrl, redisUrl: redis.url }));
  await built;
  const edge = undo.use(
    await startEdge({ host: "127.0.0.1", port: 0, targets: () => cluster.gateways, serve: staticFiles(webFolder) }),
  );
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  undo.defer(() => browser.close());

  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(edge.url);
  await page.getByRole("button", { name: /^Alice/ }).click();
  await page.getByRole("heading", { level: 1, name: /Good to see you/ }).waitFor();
  // Sorted by a column that the benchmark does not change: a row that moves would measure the refetch of the list.
  await page.goto(`${edge.url}/tasks?sort=due_on&is_private=false`);
  await page.getByRole("button", { name: "Sync status: Live" }).waitFor();
  await page.locator("tbody a").nth(ROWS).waitFor();
  const links = await page
    .locator("tbody a[href^='/tasks/']")
    .evaluateAll((all) => all.map((a) => a.getAttribute("href")));
  const ids = links.flatMap((link) => link?.slice("/tasks/".length) ?? []).slice(0, ROWS);
  await watchTitles(page);

  const alice = demoUsers[0];
  const gateway = cluster.gateways[0];
  if (!alice || !gateway) throw new Error("The demo has no users or the cluster has no gateways.");
  const token = new Tokens(loadConfig(tokenConfig, cluster.settings)).sign(alice).token;
  let signals: number[] = [];
  undo.use(
    await openLatencyProbe({
      gatewayUrl: gateway.url,
      token,
      entityCode: "task",
      ids,
      onLatency: (ms) => signals.push(ms),
    }),
  );

  const at = new Map<string, number>();
  const byRate = new Map<number, { screen: number[]; socket: number[]; changes: number; missing: number }>();
  let serial = 0;
  const turn = async (rate: number, length: number) => {
    signals = [];
    const made: string[] = [];
    await atSteadyRate(rate, length, async () => {
      serial += 1;
      const title = `bench ${serial}`;
      const text = "update app.task set title = $2 where id = $1 returning sync_version as version";
      const { rows } = await pool.query<{ version: string }>(text, [ids[serial % ids.length], title]);
      at.set(title, Number(rows[0]?.version) / 1000);
      made.push(title);
    });
    let seen = await titlesSeen(page);
    for (const deadline = Date.now() + SETTLE_MS; Date.now() < deadline; seen = await titlesSeen(page)) {
      // A later title of the same row may replace one before it is rendered: only the last title of each row must appear.
      if (made.slice(-ids.length).every((title) => seen[title] !== undefined)) break;
      await wait(50);
    }
    const screen = made.flatMap((title) => (seen[title] === undefined ? [] : [seen[title] - (at.get(title) ?? 0)]));
    const missing = made.slice(-ids.length).filter((title) => seen[title] === undefined).length;
    return { screen, socket: signals, changes: made.length, missing };
  };
  await turn(5, 3); // warm-up: compilation is not steady state
  for (let n = 0; n < turns; n += 1) {
    for (const rate of RATES) {
      const one = await turn(rate, seconds);
      const all = byRate.get(rate) ?? { screen: [], socket: [], changes: 0, missing: 0 };
      all.screen.push(...one.screen);
      all.socket.push(...one.socket);
      byRate.set(rate, { ...all, changes: all.changes + one.changes, missing: all.missing + one.missing });
    }
  }
  return {
    seconds,
    turns,
    perSecond: Object.fromEntries(
      [...byRate].map(([rate, { screen, socket, changes, missing }]) => [
        rate,
        {
          changes,
          missing,
          commitToScreenMs: Histogram.from(screen).summary(),
          commitToSocketMs: Histogram.from(socket).summary(),
        },
      ]),
    ),
  };
}
