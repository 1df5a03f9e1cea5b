/**
 * `npm test`: runs every test once. Installs a browser and a Redis where possible, then starts vitest and passes its
 * arguments on (`npm test -- dev --project unit`). The last line is `N passed, N failed`.
 */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import path from "node:path";
import { findChromium } from "@heliograph/testkit/browser/find-chromium";
import { aptGetInstall } from "@heliograph/testkit/process/apt-get";
import { stopRequest } from "@heliograph/testkit/process/stop-request";
import { findRedis } from "@heliograph/testkit/redis/find-redis";
import { repositoryRoot } from "@heliograph/testkit/repository";

const signal = stopRequest();

if (findChromium() === null) {
  const problem = await aptGetInstall(["chromium"]);
  if (problem !== null) console.error(`failed to find a browser, browser tests will fail: ${problem}`);
}
const redis = await findRedis();
if (redis.program === null) console.error(`failed to find Redis, tests that need it will fail: ${redis.reason}`);

// Asked to stop while packages were installed: the signal has been aborted already and fires no event.
if (signal.aborted) process.exit(1);

const vitest = path.join(repositoryRoot, "node_modules", "vitest", "vitest.mjs");
const child = spawn(process.execPath, [vitest, "run", ...process.argv.slice(2)], {
  cwd: repositoryRoot,
  stdio: ["ignore", "inherit", "inherit"],
});
signal.addEventListener("abort", () => child.kill("SIGTERM"));
child.once("exit", (code, ended) => process.exit(ended === null ? (code ?? 1) : 128 + constants.signals[ended]));
