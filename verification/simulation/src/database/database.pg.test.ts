import { createTestDatabase } from "@heliograph/server-kit/testing";
import { SeededRandom } from "@heliograph/shared/seeded-random";
import { expect, test } from "vitest";
import { Scheduler } from "../engine/scheduler.ts";
import { organizations, people, projects } from "../schedule/fixtures.ts";
import { SimDatabase } from "./database.ts";
import { type Row, rowKey } from "./rows.ts";

const seed = 20;
const transactions = 150;

/** One statement, in terms of the simulated database and as SQL on the table `app.simulated_task`. */
type Statement = { readonly simulate: () => void; readonly sql: string };

const table = `
  create table app.simulated_task (
    id uuid primary key, organization_id uuid not null, project_id uuid not null, is_private boolean not null, mark int not null);
  select app.enable_sync('app.simulated_task', 'simulated_task', containers => '{project_id}');`;

/** What a log entry says, apart from versions and times; the order of containers has no meaning. */
const summary = (of: {
  action: number;
  id: string;
  containers: readonly string[];
  restricted: boolean;
  recheck: boolean;
}) => ({
  action: of.action,
  id: of.id,
  containers: [...new Set(of.containers)].sort(),
  restricted: of.restricted,
  recheck: of.recheck,
});

// Fails when the simulated database logs what the triggers do not: the simulation would prove nothing about them. In
// particular, the deletion of a private row names the persons with a grant at that moment of its transaction.
test(`the simulated database logs every change as the triggers do (seed ${seed})`, async () => {
  await using db = await createTestDatabase({ template: "suite" });
  await db.pool.query(table);
  const [org] = organizations;
  await db.pool.query("insert into app.organization (id, name) values ($1, 'Simulated')", [org]);
  for (const { personId } of people)
    await db.pool.query(
      "insert into app.person (id, email, fname, lname) values ($1, $1::uuid::text || '@example.com', 'A', 'B')",
      [personId],
    );
  for (const { personId } of people)
    await db.pool.query("insert into app.membership (person_id, organization_id) values ($1, $2)", [personId, org]);

  const random = new SeededRandom(seed);
  const scheduler = new Scheduler({ maxSteps: transactions });
  const simulated = new SimDatabase(scheduler);
  const ids = ["00000009-0000-4000-8000-000000000001", "00000009-0000-4000-8000-000000000002"] as const;
  let mark = 0;
  let known = 0;

  for (let number = 0; number < transactions; number += 1) {
    const transaction = simulated.begin();
    const write = (id: string, change: (row: Row | undefined) => Row | undefined): void =>
      void simulated.write(transaction, rowKey("task", id), change);
    const draw = (): Statement => {
      const id = random.pick(ids);
      const person = random.pick(people);
      const project = random.pick(projects.slice(0, 2));
      const isPrivate = random.chance(0.6);
      mark += 1;
      const next = mark;
      return random.pick<() => Statement>([
        () => ({
          simulate: () =>
            write(id, (row) =>
              row
                ? { ...row, mark: next }
                : { entityCode: "task", id, org, project, isPrivate, mark: next, version: 0 },
            ),
          sql: `insert into app.simulated_task values ('${id}', '${org}', '${project}', ${isPrivate}, ${next})
                on conflict (id) do update set mark = excluded.mark`,
        }),
        () => ({
          simulate: () => write(id, (row) => row && { ...row, isPrivate, project, mark: next }),
          sql: `update app.simulated_task set is_private = ${isPrivate}, project_id = '${project}', mark = ${next} where id = '${id}'`,
        }),
        () => ({
          simulate: () => write(id, () => undefined),
          sql: `delete from app.simulated_task where id = '${id}'`,
        }),
        () => ({
          simulate: () => simulated.grant(transaction, "task", id, { ...person, organizationId: org }, true),
          sql: `insert into app.entity_grant (entity_code, entity_id, person_id, organization_id)
                values ('simulated_task', '${id}', '${person.personId}', '${org}') on conflict do nothing`,
        }),
        () => ({
          simulate: () => {
            for (const holder of simulated.grantedFor(transaction, rowKey("task", id)))
              simulated.grant(transaction, "task", id, holder, false);
          },
          sql: `delete from app.entity_grant where entity_id = '${id}'`,
        }),
      ])();
    };
    const statements = Array.from({ length: random.int(1, 4) }, draw);
    for (const { simulate } of statements) simulate();
    await db.pool.query(["begin", ...statements.map(({ sql }) => sql), "commit"].join(";\n"));
    const { rows } = await db.pool.query(
      `select action, entity_id as id, container_ids as containers, restricted, recheck
         from app.logging where entity_code = 'simulated_task' order by created_ts offset $1`,
      [known],
    );
    known += rows.length;
    const logged = transaction.entries.map(summary);
    expect(logged, statements.map(({ sql }) => sql).join(";\n")).toEqual(rows.map(summary));
    simulated.commit(transaction);
  }
});
