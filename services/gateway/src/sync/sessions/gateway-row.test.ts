import { createLogger, type DatabasePool } from "@heliograph/server-kit";
import { databaseNames } from "@heliograph/shared/database-names";
import { FakeClock } from "@heliograph/shared/testing/fake-clock";
import { expect, test } from "vitest";
import { GatewayRow } from "./gateway-row.ts";

// Fails when the new id is used before its row exists: housekeeping takes its sessions for those of a dead gateway.
test("[CLO-6] a gateway that was declared dead uses its new id only once its row exists", async () => {
  const rows = new Set<unknown>();
  let failing = false;
  let givenUp = 0;
  const query = async (statement: string | { text: string; values: unknown[] }, values: unknown[] = []) => {
    if (typeof statement !== "string") return { rowCount: rows.has(statement.values[0]) ? 1 : 0 };
    if (failing) throw new Error("away");
    rows.add(values[0]);
    return { rowCount: 1 };
  };
  const row = new GatewayRow({
    pool: { query, names: databaseNames("app", "heliograph") } as unknown as DatabasePool,
    address: "here",
    graceMs: 60_000,
    clock: new FakeClock(),
    logger: createLogger("test", "silent"),
    onDeclaredDead: () => {
      givenUp += 1;
      expect(rows.has(row.id)).toBe(true);
    },
  });
  await row.register();
  await row.beat();
  const before = row.id;
  rows.clear();
  failing = true;
  await expect(row.beat()).rejects.toThrow("away");
  expect([row.id, givenUp]).toEqual([before, 0]);
  failing = false;
  await row.beat();
  expect(row.id).not.toBe(before);
  expect(givenUp).toBe(1);
});
