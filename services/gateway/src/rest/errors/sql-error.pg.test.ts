import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Answer, type RestUnderTest, startRest } from "../testing/start-rest.ts";

let rest: RestUnderTest;
beforeAll(async () => {
  rest = await startRest({ STATEMENT_TIMEOUT_MS: 2_000 });
});
afterAll(() => rest[Symbol.asyncDispose]());
beforeEach(() => rest.db.pool.query("drop function if exists public.rule() cascade"));

/** Gives a table a trigger with this body; the next test removes it. */
async function rule(body: string, table = "app.team"): Promise<void> {
  await rest.db.pool.query(
    `create function public.rule() returns trigger language plpgsql as $rule$ ${body} $rule$;
     create trigger rule before insert or update or delete on ${table} for each row execute function public.rule()`,
  );
}

const createTeam = (body: Record<string, unknown> = { name: "Acme" }) => rest.call("POST /team", { body });
const code = ({ status, body }: Answer) => [status, body.error?.code];

test("a RAISE in a trigger is 422 with its message, its hint as the remedy, and its detail", async () => {
  await rule(`begin raise exception 'Die Rechnung ist bereits bezahlt: %', new.name
                using hint = 'Legen Sie eine Gutschrift an.', detail = 'Bezahlt am 3. März.'; end`);
  const answer = await createTeam();
  expect(code(answer)).toEqual([422, "rule_violation"]);
  expect(answer.headers["retry-after"]).toBeUndefined();
  expect(answer.body.error).toEqual({
    code: "rule_violation",
    message: "Die Rechnung ist bereits bezahlt: Acme",
    remedy: "Legen Sie eine Gutschrift an.",
    detail: "Bezahlt am 3. März.",
    sqlstate: "P0001",
    requestId: expect.any(String),
  });
});

// The last ones are states of the infrastructure, of a missing table, and of a constraint.
test.each([
  "45000",
  "AB123",
  "42501",
  "53100",
  "55P03",
  "57014",
  "40001",
  "25006",
  "XX000",
  "08006",
  "42P01",
  "23514",
  "23505",
])("a RAISE with ERRCODE %s is a rule of the application", async (state) => {
  await rule(`begin raise exception 'not today' using errcode = '${state}'; end`);
  const answer = await createTeam();
  expect(code(answer)).toEqual([422, "rule_violation"]);
  expect(answer.body.error).toMatchObject({ message: "not today", sqlstate: state });
});

test("an assertion and a re-raised error keep their meaning", async () => {
  await rule("begin assert false, 'a team needs a mission'; end");
  expect((await createTeam()).body.error).toMatchObject({ code: "rule_violation", message: "a team needs a mission" });
  await rest.db.pool.query("drop function public.rule() cascade");
  await rule(`begin perform set_config('transaction_read_only', 'on', true); create temporary table t (); return new;
              exception when others then raise; end`);
  expect(code(await createTeam())).toEqual([503, "unavailable"]);
});

test.each([
  ["perform 1 / 0;", "Division by zero."],
  ["declare v varchar(3); begin v := new.name; end;", "Value too long for type character varying(3)."],
  ["declare t app.team; begin select * into strict t from app.team where false; end;", "Query returned no rows."],
  // PostgreSQL's own message quotes the value, which may be of another row.
  ["perform new.name::int;", "A trigger or function of the application failed (SQLSTATE 22P02)."],
  ["perform missing from app.team;", "A trigger or function of the application failed (SQLSTATE 42703)."],
])("a statement that fails in a trigger is 422: %s", async (statement, message) => {
  await rule(`begin ${statement} return new; end`);
  const answer = await createTeam({ name: "far too long" });
  expect(code(answer)).toEqual([422, "rule_violation"]);
  expect(answer.body.error.message).toBe(message);
  expect(JSON.stringify(answer.body)).not.toContain("far too long");
});

test("the comment of a constraint is the message", async () => {
  await rest.db.pool.query(`
    create domain public.grade as int constraint grade_range check (value between 1 and 6);
    comment on constraint grade_range on domain public.grade is 'Noten gehen von 1 bis 6.';
    alter table app.team add column grade public.grade, add column room int,
      add constraint team_room check (room <> 13), add constraint team_one_room exclude (room with =);
    comment on constraint team_room on app.team is 'Raum 13 gibt es nicht.';
    comment on constraint team_one_room on app.team is 'Der Raum ist vergeben.'`);
  await rest.registry.refresh();
  const messages = async (values: Record<string, unknown>) => {
    const answer = await createTeam({ name: randomUUID(), ...values });
    return [...code(answer), answer.body.error?.message];
  };
  expect(await messages({ room: 12 })).toEqual([201, undefined, undefined]);
  expect(await messages({ room: 13 })).toEqual([422, "check_violation", "Raum 13 gibt es nicht."]);
  expect(await messages({ grade: 7 })).toEqual([422, "check_violation", "Noten gehen von 1 bis 6."]);
  expect(await messages({ room: 12 })).toEqual([409, "already_exists", "Der Raum ist vergeben."]);
  await rest.db.pool.query(`
    comment on constraint grade_range on domain public.grade is null;
    comment on constraint team_room on app.team is null;
    comment on constraint team_one_room on app.team is null`);
  expect((await messages({ room: 13 }))[2]).toBe("The values violate a rule of team: CHECK (room <> 13).");
  expect((await messages({ grade: 7 }))[2]).toBe(
    "A value violates a rule of grade: CHECK (VALUE >= 1 AND VALUE <= 6).",
  );
  expect((await messages({ room: 12 }))[2]).toBe(
    "The values are in conflict with another team: EXCLUDE USING btree (room WITH =).",
  );
});

test("a constraint of another table that a trigger writes is a rule, and no value is shown", async () => {
  await rest.db.pool.query(
    "create table public.badge (owner text constraint one_badge unique); grant all on public.badge to public",
  );
  await rule("begin insert into public.badge values ('someone else'); return new; end");
  expect((await createTeam({ name: "First" })).status).toBe(201);
  const second = await createTeam({ name: "Second" });
  expect(code(second)).toEqual([422, "rule_violation"]);
  expect(JSON.stringify(second.body)).not.toContain("someone else");
  await rest.db.pool.query("comment on constraint one_badge on public.badge is 'Es gibt nur einen Ausweis.'");
  expect((await createTeam({ name: "Third" })).body.error.message).toBe("Es gibt nur einen Ausweis.");
});

test("[G5] the comment of a foreign key is not shown, because an unreadable parent is refused by a policy", async () => {
  await rest.db.pool.query(`
    do $$ declare k record; begin
      for k in select conname from pg_constraint where conrelid = 'app.task'::regclass and contype = 'f' loop
        execute format('comment on constraint %I on app.task is %L', k.conname, 'Das Projekt fehlt.');
      end loop; end $$`);
  const answer = await rest.call("POST /task", { body: { title: "In the dark", project_id: randomUUID() } });
  expect(code(answer)).toEqual([422, "reference_violation"]);
  expect(answer.body.error.message).not.toContain("Das Projekt fehlt.");
});

test("a RAISE shows no value of a redacted column, and fixed texts are shown", async () => {
  const { body } = await rest.call("GET /employee?limit=1", { as: "alice" });
  const id = body.items[0]?.$id;
  await rest.db.pool.query("update app.employee set salary = 98765.43 where id = $1", [id]);
  const patch = () => rest.call(`PATCH /employee/${id}`, { as: "alice", body: { first_name: "Ann" } });
  await rule(
    `begin raise exception 'the salary % is too low', old.salary using hint = 'It''s 100%% wrong.', detail = old.salary::text; end`,
    "app.employee",
  );
  const quoting = await patch();
  expect(code(quoting)).toEqual([422, "rule_violation"]);
  expect(quoting.body.error.message).toBe("A rule of the application refuses the request.");
  expect(JSON.stringify(quoting.body)).not.toContain("98765");

  await rest.db.pool.query("drop function public.rule() cascade");
  await rule("begin raise exception 'It''s 100%% wrong.' using hint = 'Ask payroll.'; end", "app.employee");
  expect((await patch()).body.error).toMatchObject({ message: "It's 100% wrong.", remedy: "Ask payroll." });

  // The write of a table without redacted columns fires the trigger of one that has them.
  await rest.db.pool.query("drop function public.rule() cascade");
  await rule("begin raise exception 'the salary is %', old.salary; end", "app.employee");
  await rest.db.pool.query(
    `create or replace function public.outer_rule() returns trigger language plpgsql security definer as
       $rule$ begin update app.employee set first_name = 'Ann' where id = '${id}'; return new; end $rule$;
     create trigger outer_rule before insert on app.team for each row execute function public.outer_rule()`,
  );
  const outer = await createTeam();
  await rest.db.pool.query("drop function public.outer_rule() cascade");
  expect(code(outer)).toEqual([422, "rule_violation"]);
  expect(JSON.stringify(outer.body)).not.toContain("98765");

  // A function without redacted columns in sight is quoted, also when it runs inside an SQL function.
  await rest.db.pool.query("drop function public.rule() cascade");
  await rest.db.pool.query(
    `create function public.inner_rule(name text) returns text language plpgsql as
       $rule$ begin raise exception 'the name % is taken', name; end $rule$;
     create function public.middle_rule(name text) returns text language sql volatile set work_mem = '4MB' as
       $rule$ select public.inner_rule(name) $rule$`,
  );
  await rule("begin new.name := public.middle_rule(new.name); return new; end");
  const nested = await createTeam({ name: "Nested" });
  await rest.db.pool.query("drop function public.inner_rule(text); drop function public.middle_rule(text)");
  expect(nested.body.error.message).toBe("the name Nested is taken");
});

/** Holds a lock on the row until it is disposed. */
async function holdRow(id: string): Promise<AsyncDisposable> {
  const holder = await rest.db.pool.connect();
  await holder.query("begin");
  await holder.query("select from app.team where id = $1 for update", [id]);
  return {
    [Symbol.asyncDispose]: async () => {
      await holder.query("rollback");
      holder.release();
    },
  };
}

/** Gives the database a setting, which the gateway's connections take from now on. */
async function set(setting: string): Promise<void> {
  await rest.db.pool.query(`alter database ${rest.db.name} ${setting}`);
  await rest.db.pool.query(
    "select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = current_database() and usename = 'heliograph_gateway'",
  );
  // A connection whose end the pool has not noticed yet fails with 503.
  await expect.poll(async () => (await rest.call("GET /team?limit=1")).status, { interval: 10 }).toBe(200);
}

test("a lock timeout is 503, in the statement and in a trigger", async () => {
  const { body: held } = await createTeam({ name: randomUUID() });
  await rule(`begin
    if tg_op = 'INSERT' then
      perform set_config('lock_timeout', '20', true);
      perform from app.team where id = '${held.$id}' for update;
    end if;
    return new; end`);
  await set("set lock_timeout = '20ms'");
  {
    await using _lock = await holdRow(held.$id);
    for (const answer of [
      await createTeam({ name: "Waits in a trigger" }),
      await rest.call(`PATCH /team/${held.$id}`, { body: { name: "Waits" } }),
    ]) {
      expect(code(answer)).toEqual([503, "unavailable"]);
      expect(answer.headers["retry-after"]).toBe("1");
      expect(answer.body.error.message).toBe("A concurrent write blocked this one.");
    }
  }
  await set("reset lock_timeout");
});

test("a statement that exceeds the server's limit in a trigger is 503", async () => {
  const { body: held } = await createTeam({ name: randomUUID() });
  await rule(`begin perform from app.team where id = '${held.$id}' for update; return new; end`);
  await using _lock = await holdRow(held.$id);
  const answer = await createTeam({ name: "Waits" });
  expect(code(answer)).toEqual([503, "unavailable"]);
  expect(answer.body.error.message).toContain("took too long");
});

test("a read-only transaction is 503", async () => {
  await rule("begin perform set_config('transaction_read_only', 'on', true); return new; end");
  const answer = await createTeam();
  expect(code(answer)).toEqual([503, "unavailable"]);
  expect(answer.body.error.message).toBe("The database is read only now.");
});

// Fails when a trigger stores every row under its own day.
test.each(["logging", "logging_detail"])("a write succeeds while today's partition of %s is lost", async (half) => {
  const { rows } = await rest.db.pool.query<{ part: string }>(
    `select c.oid::regclass::text as part from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = $1::regclass and c.relname like '%' || to_char(now() at time zone 'utc', 'YYYYMMDD')`,
    [`app.${half}`],
  );
  expect(rows).toHaveLength(1);
  await rest.db.pool.query(`alter table app.${half} detach partition ${rows[0]?.part}`);
  const { status, body } = await rest.call("POST /team", { body: { name: randomUUID() } });
  expect(status).toBe(201);
  const logged = () =>
    rest.db.pool.query(
      "select tableoid::regclass::text as part, entity_version::float8 as version from app.logging where entity_id = $1",
      [body.$id],
    );
  expect((await logged()).rows).toEqual([{ part: "app.logging_overflow", version: body.$version }]);
  await rest.db.pool.query("select app.ensure_partitions()");
  expect((await logged()).rows).not.toEqual([expect.objectContaining({ part: "app.logging_overflow" })]);
});

test("a deadlock is repeated by the gateway", async () => {
  const { body: first } = await createTeam({ name: randomUUID() });
  const { body: second } = await createTeam({ name: randomUUID() });
  // The gateway's transaction holds the first row, waits at the gate, and then wants the second row.
  await rest.db.pool.query(
    `create or replace function public.rule() returns trigger language plpgsql as $rule$ begin
       if new.mission = 'ours' then
         perform pg_advisory_xact_lock_shared(1);
         update app.team set mission = 'ours too' where id = '${second.$id}';
       end if; return new; end $rule$;
     create trigger rule after update on app.team for each row execute function public.rule()`,
  );
  // Only the gateway looks for a deadlock soon, so its transaction is the one that ends.
  await set("set deadlock_timeout = '10ms'");
  const waits = (event: string) =>
    expect
      .poll(
        async () => {
          const { rowCount } = await rest.db.pool.query(
            "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and wait_event = $1",
            [event],
          );
          return rowCount;
        },
        { interval: 10 },
      )
      .toBe(1);
  const [gate, other] = await Promise.all([rest.db.pool.connect(), rest.db.pool.connect()]);
  try {
    await gate.query("select pg_advisory_lock(1)");
    await other.query("set deadlock_timeout = '1h'");
    await other.query("begin");
    await other.query("update app.team set mission = 'theirs' where id = $1", [second.$id]);
    const patched = rest.call(`PATCH /team/${first.$id}`, { body: { mission: "ours" } });
    await waits("advisory");
    const theirs = other.query("update app.team set mission = 'theirs' where id = $1", [first.$id]);
    await waits("transactionid");
    await gate.query("select pg_advisory_unlock(1)");
    await theirs;
    await other.query("commit");
    expect((await patched).status).toBe(200);
  } finally {
    // Closed and not reused, because they hold locks after a failure.
    gate.release(true);
    other.release(true);
  }
  await set("reset deadlock_timeout");
});
