import { expect, test } from "vitest";
import { startLiveGateway } from "./testing/live-gateway.ts";

test("a row of one person reaches its holder through person/<id>, and a new owner takes it over", async () => {
  await using gateway = await startLiveGateway();
  const { pool } = gateway.db;
  const [alice, bob] = [gateway.identity("alice").personId, gateway.identity("bob").personId];
  await pool.query(`
    create table public.todo (id int primary key, user_id uuid, list_id int, title text);
    create table public.list (id int primary key);
    insert into public.list values (1);
    select app.enable_sync('public.list', public => true);
    select app.enable_sync('public.todo', owner => 'user_id', containers => '{list_id}')`);
  await gateway.registry.refresh();
  await using holder = await gateway.connect("alice");
  await using next = await gateway.connect("bob");
  await using bystander = await gateway.connect("carol");
  await holder.subscribe("todo", [], { within: [`person/${alice}`] });
  await next.subscribe("todo", [], { within: [`person/${bob}`] });
  await bystander.subscribe("todo", [], { within: ["list/1"] });
  await bystander.subscribe("list", ["1"]);

  await pool.query("insert into public.todo values (1, $1, 1, 'a')", [alice]);
  await gateway.relay();
  await holder.first("INVALIDATE", ({ payload }) => payload.changes.some(({ entityId }) => entityId === "1"));
  expect(holder.changesOf("1")).toMatchObject([{ action: "CREATE" }]);

  await pool.query("update public.todo set user_id = $1", [bob]);
  await gateway.relay();
  await next.first("INVALIDATE", ({ payload }) => payload.changes.some(({ entityId }) => entityId === "1"));
  await holder.first("GONE", ({ payload }) => payload.entityIds.includes("1"));
  expect(next.changesOf("1")).toMatchObject([{ action: "CREATE" }]);

  // A change that everybody hears: afterwards the bystander has received all that it gets of the row.
  await pool.query("delete from public.todo; update public.list set id = 1; delete from public.list");
  await gateway.relay();
  await bystander.first("INVALIDATE", ({ payload }) => payload.entityCode === "list");
  await next.first("INVALIDATE", ({ payload }) => payload.changes.some(({ action }) => action === "DELETE"));
  expect(bystander.changesOf("1").map(({ action }) => action)).toEqual(["DELETE"]);
});
