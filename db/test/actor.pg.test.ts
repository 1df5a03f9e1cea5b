import { expect, test } from "vitest";
import { asUser } from "./support/as-user.ts";
import { createBoards, insertBoard, insertCard } from "./support/boards.ts";

test("actor and request of the transaction are recorded in the audit log", async () => {
  await using boards = await createBoards();
  const { pool, north } = boards;
  await insertCard(pool, north, await insertBoard(pool, north));
  const caller = {
    personId: north.memberId,
    organizationId: north.organizationId,
    actor: { person_id: north.memberId, fname: "Mia", lname: "North", username: "mia", person_type: "user" },
    request: {
      api_endpoint: "/api/v1/card",
      http_method: "PATCH",
      ip: "2001:db8::1",
      user_agent: "test",
      request_id: "r1",
    },
  };
  await asUser(boards.db, caller, (query) => query("update app.card set title = 'by Mia'"));
  const { rows } = await pool.query(
    `select person_id, fname, lname, username, person_type, api_endpoint, http_method, request_id, host(ip) as ip, user_agent, sync_status
       from app.audit where entity_code = 'card' and action = 2`,
  );
  expect(rows).toEqual([
    {
      person_id: north.memberId,
      fname: "Mia",
      lname: "North",
      username: "mia",
      person_type: "user",
      api_endpoint: "/api/v1/card",
      http_method: "PATCH",
      request_id: "r1",
      ip: "2001:db8::1",
      user_agent: "test",
      sync_status: "pending",
    },
  ]);
});

test("a write from psql is logged without an actor", async () => {
  await using boards = await createBoards();
  await insertBoard(boards.pool, boards.north);
  const { rows } = await boards.pool.query(
    "select actor, request, ip, action from app.logging_detail where entity_code = 'board'",
  );
  expect(rows).toEqual([{ actor: null, request: null, ip: null, action: 1 }]);
});

test("the actor applies only to its transaction", async () => {
  await using boards = await createBoards();
  const client = await boards.pool.connect();
  try {
    await client.query(`begin; select set_config('app.actor', '{"fname": "Mia"}', true); commit`);
    await client.query("insert into app.board (organization_id, name) values ($1, 'later')", [
      boards.north.organizationId,
    ]);
  } finally {
    client.release();
  }
  const { rows } = await boards.pool.query("select fname from app.audit where entity_code = 'board'");
  expect(rows).toEqual([{ fname: null }]);
});

test.each(["unknown", "fe80::1%eth0", ""])("the IP address %j does not make a write fail", async (ip) => {
  await using boards = await createBoards();
  await boards.pool.query(
    `begin; select set_config('app.request', '${JSON.stringify({ ip })}', true);
     insert into app.board (organization_id, name) values ('${boards.north.organizationId}', 'x'); commit`,
  );
  const { rows } = await boards.pool.query("select host(ip) as ip from app.logging_detail where entity_code = 'board'");
  expect(rows).toEqual([{ ip: ip.startsWith("fe80") ? "fe80::1" : null }]);
});

test("the audit log shows an actor with an id of any text", async () => {
  await using boards = await createBoards();
  await boards.pool.query(
    `begin; select set_config('app.actor', '{"person_id": "importer", "username": "importer"}', true);
     insert into app.board (organization_id, name) values ('${boards.north.organizationId}', 'x'); commit`,
  );
  const { rows } = await boards.pool.query("select person_id, username from app.audit where entity_code = 'board'");
  expect(rows).toEqual([{ person_id: "importer", username: "importer" }]);
});
