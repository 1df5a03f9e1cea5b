import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { expect, test } from "vitest";
import { anyFreePort } from "../process/free-port.ts";
import { postgresAccount } from "./account.ts";
import { preparePostgresBinaries } from "./binaries.ts";
import { ensureServiceLogins, roleUrl } from "./role-login.ts";
import { initialisePostgres, startPostgres } from "./server.ts";

test("services get their own passwords on a server that requires them, and a second call keeps them", async () => {
  await using undo = new AsyncDisposableStack();
  const folder = mkdtempSync(path.join(tmpdir(), `hg-${process.pid}-`));
  undo.defer(() => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  const place = {
    binaries: preparePostgresBinaries(),
    account: postgresAccount(),
    dataDirectory: path.join(folder, "data"),
  };
  mkdirSync(place.dataDirectory, { mode: 0o700 });
  if (place.account) chownSync(place.dataDirectory, place.account.uid, place.account.gid);
  await initialisePostgres(place, "s3cret/@:?");
  const port = await anyFreePort();
  undo.use(await startPostgres(place, { listen: { port } }));

  const superuser = `postgresql://postgres:${encodeURIComponent("s3cret/@:?")}@127.0.0.1:${port}/postgres`;
  const admin = new pg.Client(superuser);
  await admin.connect();
  undo.defer(() => admin.end());
  await admin.query("create role heliograph_gateway login; create role heliograph_watcher login");

  await ensureServiceLogins(superuser);
  const gateway = new pg.Client(roleUrl(superuser, "heliograph_gateway"));
  await gateway.connect();
  undo.defer(() => gateway.end());
  expect((await gateway.query("select current_user")).rows).toEqual([{ current_user: "heliograph_gateway" }]);

  const before = await admin.query(
    "select rolname, rolpassword from pg_authid where rolname like 'heliograph%' order by 1",
  );
  await ensureServiceLogins(superuser);
  const after = await admin.query(
    "select rolname, rolpassword from pg_authid where rolname like 'heliograph%' order by 1",
  );
  expect(after.rows).toEqual(before.rows);
  expect(roleUrl(superuser, "heliograph_gateway")).not.toContain(encodeURIComponent("s3cret"));
});
