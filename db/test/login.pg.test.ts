import { createTestDatabase } from "@heliograph/server-kit/testing";
import { expect, test } from "vitest";
import { demoUsers } from "../src/index.ts";
import { openSession } from "./support/session.ts";

test("the gateway can look up one account by its address in any case, and cannot read the tables", async () => {
  await using db = await createTestDatabase({ template: "demo" });
  const alice = demoUsers[0];
  await using gateway = await openSession(db, "heliograph_gateway");
  expect(await gateway.query("select * from app.login('ALICE@Northwind.example')")).toEqual([
    {
      person_id: alice?.personId,
      email: "alice@northwind.example",
      fname: "Alice",
      lname: "Andersen",
      person_type: expect.any(String),
      password_hash: expect.stringMatching(/^\$argon2id\$/),
      memberships: [{ organization_id: alice?.organizationId, role: "admin" }],
    },
  ]);
  expect(await gateway.query("select * from app.login('nobody@northwind.example')")).toEqual([]);
  for (const table of ["person", "credential", "membership", "entity_grant", "task"]) {
    await expect(gateway.query(`select from app.${table}`)).rejects.toThrow("permission denied");
  }
});

test("a token is valid only while the membership lasts", async () => {
  await using db = await createTestDatabase({ template: "demo" });
  const bob = demoUsers[1];
  await using gateway = await openSession(db, "heliograph_gateway");
  const ask = () => gateway.query("select * from app.identify($1, $2)", [bob?.personId, bob?.organizationId]);
  expect(await ask()).toMatchObject([
    { email: "bob@northwind.example", role: "member", organization_id: bob?.organizationId },
  ]);
  await db.pool.query("delete from app.membership where person_id = $1", [bob?.personId]);
  expect(await ask()).toEqual([]);
});
