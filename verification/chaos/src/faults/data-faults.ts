import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { type Fault, randomPause, retryUntilDone } from "./fault.ts";

const LARGE_BYTES = 1_000_000;
const MANY_ROWS = 10_000;

/** Valid but rare text: control characters, line separators, direction marks, combining characters, joiners. */
const ODD_TEXT =
  "\u0001\u0007\u001b[31m \u2028\u2029 \ufeff \u202eabc\u202c e\u0301 \ud83d\udc69\u200d\ud83d\ude80 \"'`\\ </script>";

/** Unusual load rather than failures: what writers and administrators may do at any moment. */
export const dataFaults: readonly Fault[] = [
  { name: "none", inject: ({ random }) => randomPause(random, 1_000, 3_000) },
  {
    name: "membership",
    mayRefuseWrites: true,
    async inject({ sql, dataset, random }) {
      const { users, organizationId } = random.pick(dataset.tenants);
      const { personId } = random.pick(users.slice(1));
      for (let n = random.int(1, 3); n > 0; n--) {
        const { rows } = await retryUntilDone(() =>
          sql.query<{ role: string }>(
            "delete from app.membership where person_id = $1 and organization_id = $2 returning role",
            [personId, organizationId],
          ),
        );
        await randomPause(random, 0, 2_000);
        await retryUntilDone(() =>
          sql.query("insert into app.membership (person_id, organization_id, role) values ($1, $2, $3)", [
            personId,
            organizationId,
            rows[0]?.role ?? "member",
          ]),
        );
        await randomPause(random, 0, 500);
      }
    },
  },
  {
    name: "large-rows",
    async inject({ sql, dataset, random }) {
      for (let n = 3; n > 0; n--) {
        const { tasks } = random.pick(dataset.tenants);
        await retryUntilDone(() =>
          sql.query("update app.task set description = repeat($2, $3) where id = any ($1)", [
            random.sample(tasks, 5),
            random.pick(["x", "ü", "\u{1F4A3}"]),
            LARGE_BYTES / 4,
          ]),
        );
        await randomPause(random, 100, 500);
        await retryUntilDone(() =>
          sql.query("update app.task set description = null where length(description) > 10000"),
        );
      }
    },
  },
  {
    name: "odd-text",
    async inject({ sql, dataset, random }) {
      for (let n = random.int(3, 8); n > 0; n--) {
        const { tasks } = random.pick(dataset.tenants);
        await retryUntilDone(() =>
          sql.query("update app.task set title = $2, description = $3 where id = any ($1)", [
            random.sample(tasks, 5),
            `${ODD_TEXT} ${n}`,
            ODD_TEXT.repeat(random.int(1, 500)),
          ]),
        );
        await randomPause(random, 20, 300);
      }
    },
  },
  {
    name: "long-transaction",
    // Longer than the window of an ordinary claim: only the claim without a bound finds what this transaction wrote.
    async inject({ sql, dataset, random }) {
      const { tasks } = random.pick(dataset.tenants);
      const client = await retryUntilDone(() => sql.connect());
      let broken: Error | undefined;
      try {
        await client.query("begin");
        await client.query("update app.task set title = 'Long' where id = any ($1)", [random.sample(tasks, 3)]);
        await wait(random.int(11_000, 14_000));
        await client.query("commit");
      } catch (error) {
        // A concurrent fault may break this connection; that is not a violation.
        broken = error instanceof Error ? error : new Error(String(error));
      } finally {
        client.release(broken);
      }
    },
  },
  {
    name: "large-transaction",
    async inject({ sql, dataset, random }) {
      const { organizationId, marker } = random.pick(dataset.tenants);
      const mine = `Many ${randomUUID()}`;
      await retryUntilDone(() =>
        sql.query(
          `insert into app.task (organization_id, project_id, title)
         select $1, $2, $3 from generate_series(1, $4::int)`,
          [organizationId, marker, mine, MANY_ROWS],
        ),
      );
      await randomPause(random, 0, 1_000);
      await retryUntilDone(() => sql.query("update app.task set priority = 'urgent' where title = $1", [mine]));
      await randomPause(random, 0, 1_000);
      await retryUntilDone(() => sql.query("delete from app.task where title = $1", [mine]));
    },
  },
];
