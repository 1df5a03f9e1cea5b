import { randomUUID } from "node:crypto";
import { createTestDatabase } from "@heliograph/server-kit/testing";
import { expect, test } from "vitest";
import { openSession } from "./support/session.ts";
import { lead } from "./support/watcher.ts";

test("another watcher can lead only after the lease has expired or was released", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  const me = await lead(db.pool);
  await expect(lead(db.pool)).rejects.toThrow("another watcher is the leader");
  const renewed = await db.pool.query("select * from app.lead($1)", [me]);
  expect(renewed.rows).toEqual([{ head_seq: "0", log_epoch: expect.any(String) }]);

  await db.pool.query("select app.resign($1)", [randomUUID()]); // not the leader: no effect
  await expect(lead(db.pool)).rejects.toThrow("another watcher is the leader");
  await db.pool.query("select app.resign($1)", [me]);
  const next = await lead(db.pool);
  await db.pool.query("update app.sync_state set lease_until = clock_timestamp() - interval '1 ms'");
  expect(await lead(db.pool)).not.toBe(next);
});

test("of several watchers that request a free lease, one gets it", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  const attempts = await Promise.allSettled(Array.from({ length: 8 }, () => lead(db.pool)));
  expect(attempts.filter((attempt) => attempt.status === "fulfilled")).toHaveLength(1);
});

test.each(["timeline = '00000000'", "system_identifier = 1"])(
  "a lease on another server history (%s) starts a new log epoch",
  async (other) => {
    await using db = await createTestDatabase({ template: "suite" });
    const me = await lead(db.pool);
    const epochs = async () =>
      (await db.pool.query<{ log_epoch: string }>("select log_epoch from app.lead($1)", [me])).rows[0]?.log_epoch;
    const first = await epochs();
    expect(await epochs()).toBe(first);
    await db.pool.query(`update app.sync_state set ${other}`);
    const second = await epochs();
    expect(second).not.toBe(first);
    expect(await epochs()).toBe(second);
  },
);

// Fails if only renewals of the lease check the history: until the next renewal, a promoted server would assign numbers
// that were already sent to clients in the same epoch.
test.each(["timeline = '00000000'", "system_identifier = 1"])(
  "a claim under a lease from another server history (%s) starts a new log epoch",
  async (other) => {
    await using db = await createTestDatabase({ template: "demo" });
    const me = await lead(db.pool);
    const claim = async () => {
      await db.pool.query("update app.team set name = name || '.'");
      const { rows } = await db.pool.query<{ log_epoch: string }>("select log_epoch from app.claim($1, 1000, 0)", [me]);
      return rows[0]?.log_epoch;
    };
    const first = await claim();
    expect(await claim()).toBe(first);
    await db.pool.query(`update app.sync_state set ${other}`);
    const second = await claim();
    expect(second).toMatch(/^[0-9a-f-]{36}$/);
    expect(second).not.toBe(first);
    expect(await claim()).toBe(second);
  },
);

test("sessions of the watcher commit durably and have short timeouts", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  await using watcher = await openSession(db, "heliograph_watcher");
  expect(
    await watcher.query(
      `select current_setting('synchronous_commit') sync, current_setting('idle_in_transaction_session_timeout') idle,
              current_setting('lock_timeout') lock, current_setting('statement_timeout') statement`,
    ),
  ).toEqual([{ sync: "on", idle: "2s", lock: "1s", statement: "5s" }]);
});

test("lease and claim are committed durably whatever the session's setting", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  await using session = await openSession(db);
  await session.query("set synchronous_commit = off");
  const me = randomUUID();
  for (const call of ["app.lead($1)", "app.claim($1, 1, 0)"]) {
    await session.query("insert into app.organization (name) values (gen_random_uuid())");
    await session.query("begin");
    await session.query(`select ${call}`, [me]);
    expect(await session.query("show synchronous_commit")).toEqual([{ synchronous_commit: "on" }]);
    await session.query("commit");
  }
});
