import { expect, test } from "vitest";
import type { EntityRegistry } from "../../db/entity-registry.ts";
import type { EntityType } from "../../db/entity-type.ts";
import { FakePool } from "../../db/testing/fake-pool.ts";
import { createRightsReader } from "./rights-reader.ts";

const task = {
  qualifiedName: "app.task",
  keyColumns: ["id"],
  keyTexts: ["id::text"],
  keyText: "id::text",
  versionColumn: "sync_version",
  containers: [],
  columns: [{ name: "id", baseType: "uuid" }],
} as unknown as EntityType;
const registry = { get: () => task } as unknown as EntityRegistry;
const user = { personId: "p", organizationId: "o" };
const asked = { ids: ["00000000-0000-4000-8000-000000000001"], within: [] };

// Fails when a silent connection is waited for as long as a REST statement, or when the client has to retry.
test("a read on a silent connection ends within 3 s and is retried once on another", async () => {
  const pool = new FakePool(true);
  const [spare, other, silent] = [pool.add(), pool.add(), pool.add()];
  silent.silent = true;
  const reader = createRightsReader({ pool: pool.asPool(), registry, concurrency: 1 });
  expect((await reader.read(user, "task", asked)).versions.size).toBe(0);
  expect(silent.closed).toBe(true);
  for (const { query_timeout } of silent.sent) expect(query_timeout).toBeLessThanOrEqual(3000);
  other.silent = true;
  spare.silent = true;
  await expect(reader.read(user, "task", asked)).rejects.toThrow("Query read timeout");
});
