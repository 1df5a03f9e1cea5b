import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { postgresAccount } from "./account.ts";
import { preparePostgresBinaries } from "./binaries.ts";
import { createData } from "./create-data.ts";
import { prepareDataPlace } from "./data-place.ts";
import { startPostgres } from "./server.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), `hg-${process.pid}-`));
  chmodSync(folder, 0o755);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("creates the data after an earlier start was killed during creation", async () => {
  const account = postgresAccount();
  const { dataDirectory } = prepareDataPlace(folder, account);
  writeFileSync(path.join(dataDirectory, "half"), "made");
  mkdirSync(`${dataDirectory}.new-killed`);
  writeFileSync(path.join(`${dataDirectory}.new-killed`, "PG_VERSION"), "18");
  expect(prepareDataPlace(folder, account).initialised).toBe(false);

  const place = { binaries: preparePostgresBinaries(), account, dataDirectory };
  await createData(place, "secret");
  expect(prepareDataPlace(folder, account).initialised).toBe(true);
  expect(readdirSync(folder)).toEqual(["postgres"]);
  await using _server = await startPostgres(place, { listen: { socketFolder: dataDirectory } });
});

test("a failed creation leaves no data directory that looks initialised", async () => {
  const account = postgresAccount();
  const { dataDirectory } = prepareDataPlace(folder, account);
  const binaries = { ...preparePostgresBinaries(), initdb: "/bin/false" };
  await expect(createData({ binaries, account, dataDirectory }, "secret")).rejects.toThrow("initdb failed");
  expect(existsSync(path.join(dataDirectory, "PG_VERSION"))).toBe(false);
});
