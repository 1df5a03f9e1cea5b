import path from "node:path";
import pg from "pg";
import { expect, test } from "vitest";
import { type ScratchServer, startScratchServer } from "./scratch-server.ts";
import { replicationSettings, type Standby, startStandby } from "./standby.ts";

const settings = { ...replicationSettings, synchronous_commit: "on" };

const standbyOf = (primary: ScratchServer, synchronous: boolean): Promise<Standby> =>
  startStandby({
    primary: { place: primary.place, url: primary.url("postgres") },
    dataDirectory: path.join(primary.folder, "copy"),
    listen: { socketFolder: path.join(primary.folder, "t") },
    settings: primary.settings,
    synchronous,
  });

const ask = async (url: string, text: string): Promise<unknown> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text, rowMode: "array" })).rows[0]?.[0];
  } finally {
    await client.end();
  }
};

test("a promoted standby has the commits it received, lacks those it did not, and starts a new timeline", async () => {
  await using primary = await startScratchServer(settings);
  await using standby = await standbyOf(primary, false);
  const [there, here] = [primary.url("heliograph_demo"), standby.url("heliograph_demo")];
  const name = (text: string) =>
    `update app.team set name = '${text}' where id = (select min(id::text)::uuid from app.team)`;
  const read = "select name from app.team order by id limit 1";
  await ask(there, name("received"));
  await standby.caughtUp();
  expect(await ask(here, read)).toBe("received");
  await expect(ask(here, name("refused"))).rejects.toMatchObject({ code: "25006" });

  await standby.fallBehind();
  await ask(there, name("lost"));
  await primary.server.stop();
  await standby.promote();
  expect(await ask(here, read)).toBe("received");
  await ask(here, name("after"));
  expect(await ask(here, "select left(pg_walfile_name(pg_current_wal_lsn()), 8)")).toBe("00000002");
});

test("a synchronous standby has every acknowledged commit, and after promotion waits for no standby", async () => {
  await using primary = await startScratchServer(settings);
  await using standby = await standbyOf(primary, true);
  await ask(primary.url("heliograph_demo"), "update app.team set mission = 'acknowledged'");
  primary.server.process.kill("SIGKILL");
  await standby.promote();
  expect(
    await ask(
      standby.url("heliograph_demo"),
      "select count(*)::int from app.team where mission is distinct from 'acknowledged'",
    ),
  ).toBe(0);
  await ask(standby.url("heliograph_demo"), "update app.team set mission = 'afterwards'");
});
