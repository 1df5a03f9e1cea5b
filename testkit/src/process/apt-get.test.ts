/** PATH contains only a fake apt-get that records its calls. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { findChromium } from "../browser/find-chromium.ts";
import { findRedis } from "../redis/find-redis.ts";
import { aptGetInstall } from "./apt-get.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "hg-apt-"));
  vi.stubEnv("PATH", folder);
  vi.stubEnv("CHROMIUM_PATH", "");
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const callLog = () => path.join(folder, "calls");
const calls = () => (existsSync(callLog()) ? readFileSync(callLog(), "utf8").trim().split("\n") : []);

/** Writes a fake apt-get whose install creates a program named after the last package; `body` runs before that. */
function provideAptGet(body = ""): void {
  const script = `#!/bin/sh
echo "$DEBIAN_FRONTEND $*" >> '${callLog()}'
${body}
for last; do :; done
case "$*" in *install*) printf '#!/bin/sh\\n' > '${folder}/'"$last"; /bin/chmod +x '${folder}/'"$last";; esac
`;
  writeFileSync(path.join(folder, "apt-get"), script, { mode: 0o755 });
}

const asRoot = (packages: readonly string[]) => aptGetInstall(packages, true);

test("root installs a missing program non-interactively after updating the lists, and then finds it", async () => {
  provideAptGet();
  expect(await findRedis(asRoot)).toEqual({ program: path.join(folder, "redis-server") });
  expect(calls()).toEqual([
    "noninteractive update -qq",
    expect.stringMatching(/^noninteractive .*install -y -qq --no-install-recommends redis-server$/),
  ]);
  expect(findChromium()).toBeNull();
  expect(await asRoot(["chromium"])).toBeNull();
  expect(findChromium()).toBe(path.join(folder, "chromium"));
});

test("does not install a program that exists", async () => {
  provideAptGet();
  writeFileSync(path.join(folder, "valkey-server"), "", { mode: 0o755 });
  expect(await findRedis(asRoot)).toEqual({ program: path.join(folder, "valkey-server") });
  expect(calls()).toEqual([]);
});

test("installs even when the lists cannot be updated", async () => {
  provideAptGet('case "$1" in update) exit 100;; esac');
  expect(await asRoot(["chromium"])).toBeNull();
});

test("a failed installation resolves to a sentence and does not throw", async () => {
  provideAptGet("exit 100");
  const found = await findRedis(asRoot);
  expect(found).toEqual({ program: null, reason: expect.stringContaining("could not install redis-server") });
});

test("an apt-get that does not start is a failed installation", async () => {
  writeFileSync(path.join(folder, "apt-get"), "#!/nowhere\n", { mode: 0o755 });
  expect(await asRoot(["chromium"])).toContain("could not install chromium");
});

test("other users than root get the command to run", async () => {
  provideAptGet();
  expect(await aptGetInstall(["redis-server"], false)).toContain("sudo apt-get install redis-server");
  expect(calls()).toEqual([]);
});

test("reports a missing apt-get", async () => {
  expect(await asRoot(["chromium"])).toContain("no apt-get");
});
