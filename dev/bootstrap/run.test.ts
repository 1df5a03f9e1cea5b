/** run.mjs as a black box: a scratch clone, and a fake npm that "installs" by writing the file that npm writes last. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  watch,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import path from "node:path";
import { repositoryRoot } from "@heliograph/testkit/repository";
import { afterEach, expect, test } from "vitest";

const LOCK = {
  packages: {
    "": {},
    "node_modules/a": { version: "1.0.0", integrity: "x" },
    "node_modules/other-os": { version: "1.0.0", optional: true },
  },
};
const INSTALLED = { packages: { "node_modules/a": { version: "1.0.0", integrity: "x" } } };

const folders: string[] = [];
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A clone with run.mjs and a program that prints its arguments. `npm` is the body of the fake npm-cli.js. */
function clone(npm = defaultNpm): string {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), "hg-run-")));
  folders.push(root);
  mkdirSync(path.join(root, "dev"));
  cpSync(path.join(repositoryRoot, "dev", "run.mjs"), path.join(root, "dev", "run.mjs"));
  cpSync(path.join(repositoryRoot, "dev", "bootstrap"), path.join(root, "dev", "bootstrap"), { recursive: true });
  writeFileSync(path.join(root, "package.json"), JSON.stringify({ type: "module", optionalDependencies: {} }));
  writeFileSync(path.join(root, "package-lock.json"), JSON.stringify(LOCK));
  writeFileSync(
    path.join(root, "program.ts"),
    `const args: string[] = process.argv.slice(2); console.log(args.join(" "));`,
  );
  writeFileSync(path.join(root, "npm-cli.js"), npm);
  return root;
}

const defaultNpm = `
  import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
  appendFileSync("installs", "x");
  mkdirSync("node_modules", { recursive: true });
  console.log("npm speaks");
  writeFileSync("node_modules/.package-lock.json", ${JSON.stringify(JSON.stringify(INSTALLED))});
`;

function run(root: string, ...args: string[]): ChildProcess {
  const { npm_lifecycle_event: _, ...env } = process.env;
  const child = spawn(process.execPath, [path.join(root, "dev", "run.mjs"), ...args], {
    cwd: root,
    env: { ...env, npm_execpath: path.join(root, "npm-cli.js") },
  });
  children.push(child);
  return child;
}

async function ended(child: ChildProcess): Promise<{ code: number | null; out: string; err: string }> {
  const text = { out: "", err: "" };
  child.stdout?.on("data", (chunk: Buffer) => (text.out += chunk));
  child.stderr?.on("data", (chunk: Buffer) => (text.err += chunk));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, ...text };
}

function installs(root: string): number {
  const file = path.join(root, "installs");
  return existsSync(file) ? readFileSync(file, "utf8").length : 0;
}

test("installs once on a bare clone, and keeps stdout for the program", async () => {
  const root = clone();
  const first = await ended(run(root, "program.ts", "a", "b"));
  expect(first).toMatchObject({ code: 0, out: "a b\n" });
  expect(first.err).toContain("npm speaks");
  expect(await ended(run(root, "program.ts"))).toMatchObject({ code: 0, out: "\n" });
  expect(installs(root)).toBe(1);
});

test("installs development dependencies, whatever npm is configured to omit", async () => {
  const root = clone(`${defaultNpm} console.log(process.argv.slice(2).join(" "));`);
  const { err } = await ended(run(root, "program.ts"));
  expect(err).toMatch(/^ci .*--include=dev --include=optional$/m);
});

test("installs again when the lock file names another version", async () => {
  const root = clone();
  await ended(run(root, "program.ts"));
  const changed = structuredClone(LOCK);
  changed.packages["node_modules/a"].version = "2.0.0";
  writeFileSync(path.join(root, "package-lock.json"), JSON.stringify(changed));
  await ended(run(root, "program.ts"));
  expect(installs(root)).toBe(2);
});

test("of several concurrent commands one installs, and the others wait", async () => {
  const root = clone();
  const all = await Promise.all([1, 2, 3].map((n) => ended(run(root, "program.ts", String(n)))));
  expect(all.map(({ code }) => code)).toEqual([0, 0, 0]);
  expect(installs(root)).toBe(1);
});

test("the lock of a dead process is taken over", async () => {
  const root = clone();
  const dead = spawn(process.execPath, ["--version"]);
  await once(dead, "exit");
  mkdirSync(path.join(root, ".install-lock"));
  writeFileSync(path.join(root, ".install-lock", "1"), JSON.stringify({ pid: dead.pid, host: hostname() }));
  expect(await ended(run(root, "program.ts"))).toMatchObject({ code: 0 });
  expect(readdirSync(path.join(root, ".install-lock")).sort()).toEqual(["1", "2", "3"]);
});

test("a command waits for the lock of a live process", async () => {
  const root = clone();
  const folder = path.join(root, ".install-lock");
  mkdirSync(folder);
  writeFileSync(path.join(folder, "1"), JSON.stringify({ pid: process.pid, host: hostname() }));
  const child = run(root, "program.ts");
  const [said] = (await once(child.stderr as NodeJS.ReadableStream, "data")) as [Buffer];
  expect(String(said)).toContain(`process ${process.pid}`);
  expect(installs(root)).toBe(0);
  writeFileSync(path.join(folder, "2"), "{}");
  expect(await ended(child)).toMatchObject({ code: 0 });
  expect(installs(root)).toBe(1);
});

test("a failed install ends the command with npm's own message", async () => {
  const root = clone(`console.error("no network"); process.exit(7);`);
  const result = await ended(run(root, "program.ts"));
  expect(result.code).toBe(1);
  expect(result.err).toContain("no network");
});

test("does not replace node_modules under a running demo", async () => {
  const root = clone();
  const demo = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)", "demo.ts"]);
  children.push(demo);
  mkdirSync(path.join(root, ".data"));
  writeFileSync(path.join(root, ".data", "demo.pid"), String(demo.pid));
  const result = await ended(run(root, "program.ts"));
  expect(result.code).toBe(1);
  expect(result.err).toContain("Stop it first");
  expect(installs(root)).toBe(0);
});

test("ends with the program's exit code", async () => {
  const root = clone();
  writeFileSync(path.join(root, "program.ts"), "process.exit(5)");
  expect(await ended(run(root, "program.ts"))).toMatchObject({ code: 5 });
});

test("forwards SIGTERM, however often it comes, and waits for the program", async () => {
  const root = clone();
  const program = `
    import { writeFileSync } from "node:fs";
    process.on("SIGTERM", () => setTimeout(() => { writeFileSync("stopped", "yes"); process.exit(0); }, 100));
    setInterval(() => {}, 1000);
    console.log("ready");
  `;
  writeFileSync(path.join(root, "program.ts"), program);
  const child = run(root, "program.ts");
  await once(child.stdout as NodeJS.ReadableStream, "data");
  child.kill("SIGTERM");
  child.kill("SIGTERM");
  expect(await ended(child)).toMatchObject({ code: 0 });
  expect(readFileSync(path.join(root, "stopped"), "utf8")).toBe("yes");
});

/** The environment of programs that npm starts. */
const belowNpm = (root: string) => ({
  ...process.env,
  npm_lifecycle_event: "demo",
  npm_execpath: path.join(root, "npm-cli.js"),
});

/** Resolves when a file of this name appears at the top of the clone. */
function appears(root: string, wanted: string): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(root, (_, name) => {
      if (name !== wanted) return;
      watcher.close();
      resolve();
    });
  });
}

/** A stand-in for npm that runs the program through run.mjs. Its first output means that the program has started. */
async function fakeNpm(root: string): Promise<ChildProcess> {
  const file = path.join(root, "fake-npm.mjs");
  writeFileSync(
    file,
    `import { spawn } from "node:child_process";
     spawn(process.execPath, ["dev/run.mjs", "program.ts"], { stdio: "inherit" });`,
  );
  const npm = spawn(process.execPath, [file], { cwd: root, env: belowNpm(root), stdio: ["ignore", "pipe", "pipe"] });
  children.push(npm);
  await Promise.race([once(npm.stdout, "data"), appears(root, "installing")]);
  return npm;
}

const untilTerminated = `
  import { writeFileSync } from "node:fs";
  process.on("SIGTERM", () => { writeFileSync("stopped", "yes"); process.exit(0); });
  setInterval(() => {}, 1000);`;

test("ends the program when npm is killed with -9", async () => {
  const root = clone();
  writeFileSync(path.join(root, "program.ts"), `${untilTerminated} console.log("ready");`);
  const npm = await fakeNpm(root);
  const stopped = appears(root, "stopped");
  npm.kill("SIGKILL");
  await stopped;
});

test("ends the installation when npm is killed with -9", async () => {
  const root = clone(`${untilTerminated} writeFileSync("installing", "yes");`);
  const npm = await fakeNpm(root);
  const stopped = appears(root, "stopped");
  npm.kill("SIGKILL");
  await stopped;
});

test("ends when npm was killed before run.mjs could read its parent", async () => {
  const root = clone();
  writeFileSync(path.join(root, "program.ts"), "setInterval(() => {}, 1000);");
  const shell = spawn("/bin/sh", ["-c", `"$0" dev/run.mjs program.ts; exit $?`, process.execPath], {
    cwd: root,
    env: belowNpm(root),
  });
  children.push(shell);
  expect((await ended(shell)).code).not.toBe(0);
});
