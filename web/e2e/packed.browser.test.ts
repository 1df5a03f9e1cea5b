import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { createApiClient } from "@heliograph/client";
import { packPackages } from "@heliograph/dev/pack/pack-packages";
import { createTestDatabase, type TestDatabase } from "@heliograph/server-kit/testing";
import { type Cluster, startCluster } from "@heliograph/testkit/cluster/cluster";
import { type Edge, startEdge } from "@heliograph/testkit/edge/edge";
import { staticFiles } from "@heliograph/testkit/edge/static-files";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, inject, test } from "vitest";

// The packages as published: packed, installed into a fresh application, type-checked, built and run.

const run = promisify(execFile);
/** Timeout of waits on a page, in ms. A quarter of the test timeout, so that a failure reports the wait and not the test. */
const pageTimeoutMs = 75_000;
const nodeModules = join(createRequire(import.meta.url).resolve("vite/package.json"), "..", "..");

/** Ids that need encoding in addresses, in the comma-separated `ids` and in container names. */
const oddIds = ["usr_a/b", "usr_ü,漢🚀", "usr_%2F?x=1&y#z"];

/** A live table keyed by text, whose rows every user may read and write. */
const customers = `
  create table app.customer (code text collate "C" primary key, name text not null);
  alter table app.customer enable row level security;
  create policy everybody on app.customer to heliograph_app using (true) with check (true);
  grant select, insert, update, delete on app.customer to heliograph_app;
  select app.enable_sync('app.customer');
  insert into app.customer values ('usr_1', '1 given'), ${oddIds.map((id) => `('${id}', '5 given')`).join(", ")};`;

let folder: string;
let database: TestDatabase;
let cluster: Cluster;
let edge: Edge;
let browser: Browser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "heliograph-packed-"));
  await cp(join(import.meta.dirname, "packed-app"), folder, { recursive: true });
  await install(await packPackages(join(folder, "packages")));
  // The test runner's NODE_ENV would make Vite bundle React's development build.
  const env = { NODE_ENV: "production" };
  await tool("typescript/bin/tsc", ["-p", "."], env);
  await tool("vite/bin/vite.js", ["build", "--logLevel", "error"], env);
  database = await createTestDatabase({ template: "demo" });
  await database.pool.query(customers);
  cluster = await startCluster({
    databaseUrl: database.url(),
    redisUrl: inject("redisUrl"),
    gateways: 1,
    watchers: 1,
  });
  const [gateway] = cluster.gateways;
  if (!gateway) throw new Error("The cluster has no gateway.");
  edge = await startEdge({
    host: "127.0.0.1",
    port: 0,
    targets: () => [gateway],
    serve: staticFiles(join(folder, "dist")),
  });
  browser = await chromium.launch({
    executablePath: inject("chromiumPath") ?? "chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
  });
});

afterAll(async () => {
  await browser?.close();
  await edge?.[Symbol.asyncDispose]();
  await cluster?.[Symbol.asyncDispose]();
  await database?.[Symbol.asyncDispose]();
  if (folder) await rm(folder, { recursive: true, force: true });
});

/**
 * Unpacks the packages and links exactly the dependencies in their manifests from the repository's node_modules. An
 * undeclared dependency is missing, as it would be after `npm install`, and no registry is needed.
 */
async function install(tarballs: readonly string[]): Promise<void> {
  const wanted = [
    "react",
    "react-dom",
    "vite",
    "@vitejs/plugin-react",
    "typescript",
    "@types/react",
    "@types/react-dom",
  ];
  const target = join(folder, "node_modules");
  for (const file of tarballs) {
    const place = join(target, "@heliograph", basename(file).split("-")[1] ?? "");
    await mkdir(place, { recursive: true });
    await run("tar", ["-xzf", file, "-C", place, "--strip-components=1"]);
    const manifest = JSON.parse(await readFile(join(place, "package.json"), "utf8")) as {
      dependencies: Record<string, string>;
    };
    wanted.push(...Object.keys(manifest.dependencies));
  }
  for (const name of new Set(wanted)) {
    if (name.startsWith("@heliograph/")) continue;
    await mkdir(dirname(join(target, name)), { recursive: true });
    await symlink(join(nodeModules, name), join(target, name));
  }
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "fresh", private: true, type: "module" }));
}

async function tool(file: string, args: readonly string[], env: Record<string, string>): Promise<void> {
  await run(process.execPath, [join(folder, "node_modules", file), ...args], { cwd: folder, env }).catch(
    (error: { stdout?: string }) => {
      throw new Error(`${file} failed:\n${error.stdout ?? ""}\n${String(error)}`, { cause: error });
    },
  );
}

async function alice() {
  const api = createApiClient({ baseUrl: `${edge.url}/api/v1`, getToken: () => null });
  return api.login("alice@northwind.example", "heliograph");
}

async function open(session: { personId: string; token: string }, part: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  page.setDefaultTimeout(pageTimeoutMs);
  await page.addInitScript((given) => {
    Object.assign(globalThis, { session: { ...given, renew: async () => null } });
  }, session);
  await page.goto(`${edge.url}/#${part}`);
  await expect.poll(() => page.locator("#status").innerText()).toBe("connected leads well");
  return page;
}

test("a change in the database appears on screen, and an edit on screen is written to the database", async () => {
  const { token, person } = await alice();
  const page = await open({ personId: person.id, token }, "devtools");
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await expect.poll(() => page.locator("#list").innerText()).toMatch(/^\d+ projects$/);
  const id = await page.locator("#project").getAttribute("data-id");
  await database.pool.query("update app.project set name = '0 from psql' where id = $1", [id]);
  await expect.poll(() => page.locator("#project span").innerText()).toBe("0 from psql");
  await page.getByRole("button", { name: "Describe" }).click();
  await expect
    .poll(async () => {
      const { rows } = await database.pool.query("select description from app.project where id = $1", [id]);
      return rows[0]?.description;
    })
    .toBe("by the fresh application");
  await page.getByRole("button", { name: "Open Heliograph devtools" }).click();
  await page.getByRole("img", { name: /Lag from commit to screen/ }).waitFor();
  expect(errors).toEqual([]);
  await page.context().close();
});

test("rows keyed by text are listed, follow changes, and are edited and created on screen", async () => {
  const { token, person } = await alice();
  const page = await open({ personId: person.id, token }, "customers");
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  const shown = async () => (await page.locator(".customer").allInnerTexts()).map((text) => text.trim()).toSorted();
  const stored = async () => {
    const text = "select code || ': ' || name as line from app.customer";
    return (await database.pool.query<{ line: string }>(text)).rows.map(({ line }) => line).toSorted();
  };
  await expect.poll(shown).toEqual(["usr_1: 1 given", ...oddIds.map((id) => `${id}: 5 given`)].toSorted());

  for (const id of oddIds) {
    await database.pool.query("update app.customer set name = '3 from psql' where code = $1", [id]);
    await expect.poll(shown).toContain(`${id}: 3 from psql`);
    await page.getByRole("button", { name: `Edit ${id}`, exact: true }).click();
    await expect.poll(stored).toContain(`${id}: 2 edited`);
  }

  await page.getByRole("button", { name: "Create" }).click();
  const created = "usr_new/…?&#%2F";
  await expect.poll(stored).toContain(`${created}: 9 created`);
  // The created row is live under its id too.
  await database.pool.query("update app.customer set name = '8 from psql' where code = $1", [created]);
  await database.pool.query("insert into app.customer values ('usr_other/é', '7 from psql')");
  await database.pool.query("delete from app.customer where code = $1", [oddIds[0]]);
  const expected = [
    "usr_1: 1 given",
    ...oddIds.slice(1).map((id) => `${id}: 2 edited`),
    `${created}: 8 from psql`,
    "usr_other/é: 7 from psql",
  ].toSorted();
  await expect.poll(shown).toEqual(expected);
  expect(await stored()).toEqual(expected);
  expect(errors).toEqual([]);
  await page.context().close();
});
