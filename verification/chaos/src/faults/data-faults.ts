import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { type Fault, insist, last } from "./fault.ts";

const POISON_BYTES = 1_000_000;
const MANY_ROWS = 10_000;

/** Text that is allowed and rarely seen: control characters, separators, marks of direction, halves of composed letters. */
const ODD_TEXT =
  "\u0001\u0007\u001b[31m \u2028\u2029 \ufeff \u202eabc\u202c e\u0301 \ud83d\udc69\u200d\ud83d\ude80 \"'`\\ </script>";

/** Not failures but hard times: what writers and administrators may do at any moment. */
export const dataFaults: readonly Fault[] = [
  { name: "none", strike: ({ random }) => last(random, 1_000, 3_000) },
  {
    name: "membership",
    refuses: true,
    async strike({ sql, world, random }) {
      const { users, organizationId } = random.pick(world.tenants);
      const { personId } = random.pick(users.slice(1));
      for (let n = random.int(1, 3); n > 0; n--) {
        const { rows } = await insist(() =>
          sql.query<{ role: string }>(
            "delete from app.membership where person_id = $1 and organization_id = $2 returning role",
            [personId, organizationId],
          ),
        );
        await last(random, 0, 2_000);
        await insist(() =>
          sql.query("insert into app.membership (person_id, organization_id, role) values ($1, $2, $3)", [
            personId,
            organizationId,
            rows[0]?.role ?? "member",
          ]),
        );
        await last(random, 0, 500);
      }
    },
  },
  {
    name: "large-rows",
    async strike({ sql, world, random }) {
      for (let n = 3; n > 0; n--) {
        const { tasks } = random.pick(world.tenants);
        await insist(() =>
          sql.query("update app.task set description = repeat($2, $3) where id = any ($1)", [
            random.sample(tasks, 5),
            random.pick(["x", "ü", "\u{1F4A3}"]),
            POISON_BYTES / 4,
          ]),
        );
        await last(random, 100, 500);
        await insist(() => sql.query("update app.task set description = null where length(description) > 10000"));
      }
    },
  },
  {
    name: "odd-text",
    async strike({ sql, world, random }) {
      for (let n = random.int(3, 8); n > 0; n--) {
        const { tasks } = random.pick(world.tenants);
        await insist(() =>
          sql.query("update app.task set title = $2, description = $3 where id = any ($1)", [
            random.sample(tasks, 5),
            `${ODD_TEXT} ${n}`,
            ODD_TEXT.repeat(random.int(1, 500)),
          ]),
        );
        await last(random, 20, 300);
      }
    },
  },
  {
    name: "long-transaction",
    // Beyond what ordinary looks at the log cover: only the look without bound finds what it has written.
    async strike({ sql, world, random }) {
      const { tasks } = random.pick(world.tenants);
      const client = await insist(() => sql.connect());
      let broken: Error | undefined;
      try {
        await client.query("begin");
        await client.query("update app.task set title = 'Long' where id = any ($1)", [random.sample(tasks, 3)]);
        await wait(random.int(11_000, 14_000));
        await client.query("commit");
      } catch (error) {
        // Its connection may be the other of two faults that come together; then there is nothing to tell.
        broken = error instanceof Error ? error : new Error(String(error));
      } finally {
        client.release(broken);
      }
    },
  },
  {
    name: "large-transaction",
    async strike({ sql, world, random }) {
      const { organizationId, marker } = random.pick(world.tenants);
      const mine = `Many ${randomUUID()}`;
      await insist(() =>
        sql.query(
          `insert into app.task (organization_id, project_id, title)
         select $1, $2, $3 from generate_series(1, $4::int)`,
          [organizationId, marker, mine, MANY_ROWS],
        ),
      );
      await last(random, 0, 1_000);
      await insist(() => sql.query("update app.task set priority = 'urgent' where title = $1", [mine]));
      await last(random, 0, 1_000);
      await insist(() => sql.query("delete from app.task where title = $1", [mine]));
    },
  },
];
