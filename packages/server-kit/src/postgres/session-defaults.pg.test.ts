import { createTestDatabase } from "@heliograph/server-kit/testing";
import { expect, test } from "vitest";
import { createLogger } from "../observability/logger.ts";
import { createPool } from "./pg-pool.ts";

test("sessions use UTC, ISO times and READ COMMITTED, whatever the defaults of the database are", async () => {
  await using db = await createTestDatabase({ template: "core" });
  for (const setting of [
    "timezone = 'Asia/Kolkata'",
    "datestyle = 'SQL, DMY'",
    "intervalstyle = 'iso_8601'",
    "bytea_output = 'escape'",
    "extra_float_digits = -5",
    "default_transaction_isolation = 'serializable'",
  ])
    await db.pool.query(`alter database ${db.name} set ${setting}`);
  const pool = createPool({
    url: db.url(),
    names: db.names,
    name: "test",
    max: 1,
    logger: createLogger("test", "silent"),
    session: { "app.note": "two words \\ and more" },
  });
  try {
    const { rows } = await pool.query(
      `select timestamptz '2026-11-30 19:00:00.123456+00' as at, current_setting('transaction_isolation') as isolation,
              current_setting('app.note') as note,
              concat_ws('|', date '2026-01-31', interval '1 day', bytea 'ab', 0.1::float8 + 0.2) as texts`,
    );
    expect(rows).toEqual([
      {
        at: "2026-11-30T19:00:00.123456Z",
        isolation: "read committed",
        note: "two words \\ and more",
        texts: "2026-01-31|1 day|\\x6162|0.30000000000000004",
      },
    ]);
  } finally {
    await pool.end();
  }
});
