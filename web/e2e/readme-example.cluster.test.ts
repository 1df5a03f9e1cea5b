import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createTestDatabase } from "@heliograph/server-kit/testing";
import { startCluster } from "@heliograph/testkit/cluster/cluster";
import { expect, inject, test } from "vitest";
import { webRoot } from "./built-application.ts";

test("the README's framework-free example is short and runs unchanged", async () => {
  const client = dirname(dirname(createRequire(import.meta.url).resolve("@heliograph/client")));
  const example = /```ts\n(.*?)```/s.exec(await readFile(join(client, "README.md"), "utf8"))?.[1] ?? "";
  expect(example.trim().split("\n").length).toBeLessThan(30);

  await using database = await createTestDatabase({ template: "demo" });
  await using cluster = await startCluster({
    databaseUrl: database.url(),
    redisUrl: inject("redisUrl"),
    gateways: 1,
    watchers: 1,
  });
  const code = example.replaceAll("localhost:4000", `127.0.0.1:${cluster.gateways[0]?.port}`);
  const program = spawn(process.execPath, ["--input-type=module-typescript", "-e", code], { cwd: webRoot });
  const ended = once(program, "exit");
  let output = "";
  for (const stream of [program.stdout, program.stderr]) stream.on("data", (part) => (output += String(part)));
  try {
    await expect.poll(() => output).toContain("\nconnected");
    await database.pool.query(
      `update app.project set name = 'Seen by the example' where id = (select p.id from app.project p
         join app.membership m on m.organization_id = p.organization_id join app.person a on a.id = m.person_id
         where a.email = 'alice@northwind.example' order by p.updated_ts desc limit 1)`,
    );
    await expect.poll(() => output).toContain("Seen by the example");
    program.kill("SIGINT");
    expect(await ended).toEqual([0, null]);
  } finally {
    program.kill("SIGKILL");
  }
});
