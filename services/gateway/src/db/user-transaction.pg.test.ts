import { createLogger, createPool, type DatabasePool, isUnavailable } from "@heliograph/server-kit";
import { createTestDatabase, type TestDatabase } from "@heliograph/server-kit/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type UserContext, withUser } from "./user-transaction.ts";

let db: TestDatabase;
let people: UserContext[];
const logger = createLogger("test", "error");

beforeAll(async () => {
  db = await createTestDatabase({ template: "demo" });
  const { rows } = await db.pool.query<{ person_id: string; organization_id: string }>(
    "select person_id, organization_id from app.membership order by person_id",
  );
  people = rows.map((row) => ({ personId: row.person_id, organizationId: row.organization_id }));
});
afterAll(() => db[Symbol.asyncDispose]());

function personAt(index: number): UserContext {
  const person = people[index % people.length];
  if (!person) throw new Error("the demonstration data has no people");
  return person;
}

const settings = `
  select current_user::text as role, coalesce(current_setting('app.person_id', true), '') as person,
         coalesce(current_setting('app.organization_id', true), '') as organization,
         coalesce(current_setting('app.actor', true), '') as actor, current_setting('statement_timeout') as timeout`;

describe.each([true, false])("pipeline %s", (pipeline) => {
  let pool: DatabasePool;
  beforeAll(() => {
    pool = createPool({ url: db.url("heliograph_gateway"), names: db.names, name: "test", max: 2, logger, pipeline });
  });
  afterAll(() => pool.end());

  test("a transaction has the role, the context and the isolation that policies rely on", async () => {
    const person = personAt(0);
    const row = await withUser(pool, { ...person, actor: { fname: "Ada" }, request: { ip: "::1" } }, async (client) => {
      const { rows } = await client.query<Record<string, string>>(settings);
      const more = await client.queryTexts(
        "select current_setting('transaction_isolation'), current_setting('app.request'), app.current_tenant_id()",
      );
      expect(more.rows).toEqual([["read committed", '{"ip":"::1"}', person.organizationId]]);
      return rows[0];
    });
    expect(row).toEqual({
      role: "heliograph_app",
      person: person.personId,
      organization: person.organizationId,
      actor: '{"fname":"Ada"}',
      timeout: "10s",
    });
  });

  test("[G5] 1 000 transactions of all people on two connections, with errors and timeouts, never see foreign rows", async () => {
    const outcomes = { rows: 0, failed: 0 };
    const waiting = Array.from({ length: 1000 }, (_, index) => index);
    const work = async (): Promise<void> => {
      for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) {
        const person = personAt(index);
        try {
          const { rows } = await withUser(
            pool,
            person,
            async (client) => {
              if (index % 7 === 3) await client.query("select 1 / 0");
              if (index % 31 === 5) await client.query("select pg_sleep(5)");
              if (index % 11 === 6) throw new Error("the caller's own");
              return client.query<{ organization_id: string }>("select organization_id from app.team limit 3");
            },
            { statementTimeoutMs: index % 31 === 5 ? 5 : 5000, readOnly: index % 2 === 0 },
          );
          for (const row of rows) expect(row.organization_id).toBe(person.organizationId);
          outcomes.rows += rows.length;
        } catch (error) {
          // A read timeout: with a statement timeout of 5 ms the client waits for 1 s, less than a busy machine may take.
          expect(String(error)).toMatch(/division by zero|statement timeout|the caller's own|Query read timeout/);
          outcomes.failed += 1;
        }
      }
    };
    // More at once than connections, but not all: the last ones would wait longer for a connection than the pool allows.
    await Promise.all(Array.from({ length: 8 }, work));
    expect(outcomes.failed).toBeGreaterThan(200);
    expect(outcomes.rows).toBeGreaterThan(1500);
    for (let n = 0; n < 4; n++) {
      const { rows } = await pool.query<Record<string, string>>(settings);
      expect(rows[0]).toEqual({ role: "heliograph_gateway", person: "", organization: "", actor: "", timeout: "0" });
    }
  });

  test("without a transaction the gateway's role sees no rows of tracked tables", async () => {
    await expect(pool.query("select 1 from app.team")).rejects.toThrow(/permission denied/);
  });

  test("when the context cannot be set, its error is reported and nothing runs", async () => {
    const broken = { ...personAt(0), organizationId: "\0" };
    await expect(withUser(pool, broken, (client) => client.query("delete from app.team"))).rejects.toThrow(
      /invalid byte sequence/,
    );
    expect((await db.pool.query("select 1 from app.team limit 1")).rowCount).toBe(1);
  });

  test("a read-only transaction refuses writes", async () => {
    const write = withUser(pool, personAt(0), (client) => client.query("update app.team set name = name"), {
      readOnly: true,
    });
    await expect(write).rejects.toThrow(/read-only transaction/);
  });

  test("a rejected transaction is rolled back, a resolved one committed", async () => {
    const person = personAt(0);
    const insert = "insert into app.team (organization_id, name) values ($1, $2)";
    const failed = withUser(pool, person, async (client) => {
      await client.query(insert, [person.organizationId, `lost ${pipeline}`]);
      throw new Error("on purpose");
    });
    await expect(failed).rejects.toThrow("on purpose");
    await withUser(pool, person, (client) => client.query(insert, [person.organizationId, `kept ${pipeline}`]));
    const { rows } = await db.pool.query("select name from app.team where name in ($1, $2)", [
      `lost ${pipeline}`,
      `kept ${pipeline}`,
    ]);
    expect(rows).toEqual([{ name: `kept ${pipeline}` }]);
  });

  // Fails when the server keeps the transaction open: its repetition on another connection waits for the same locks.
  test("an abandoned transaction releases its locks", async () => {
    const person = personAt(0);
    const rename = "update app.team set name = name || '.' where id = (select id from app.team order by id limit 1)";
    const { promise: heldUp, resolve: goOn } = Promise.withResolvers<void>();
    const written = Promise.withResolvers<void>();
    const left = withUser(pool, person, async (client) => {
      await client.query(rename);
      written.resolve();
      await heldUp;
      return client.query("select 1");
    }).catch((failure: unknown) => failure);
    await written.promise;
    const repeated = await withUser(pool, person, (client) => client.query(rename));
    expect(repeated.rowCount).toBe(1);
    goOn();
    const error = await left;
    expect(isUnavailable(error), String(error)).toBe(true);
  });

  test("a broken connection is reported as unavailable and not reused", async () => {
    const killed = withUser(pool, personAt(0), async (client) => {
      const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
      await db.pool.query("select pg_terminate_backend($1)", [rows[0]?.pid]);
      return client.query("select pg_sleep(5)");
    });
    const error: unknown = await killed.catch((failure: unknown) => failure);
    expect(isUnavailable(error), String(error)).toBe(true);
    for (let n = 0; n < 4; n++) {
      const { rows } = await withUser(pool, personAt(n), (client) => client.query<{ ok: number }>("select 1 as ok"));
      expect(rows).toEqual([{ ok: 1 }]);
    }
  });
});
