/**
 * Question: how many changes a second can be sustained end to end, with sockets that are told, before they lag?
 *
 * The rate rises in steps. A step is sustained when its signals come within the limit and nothing is left over at its end;
 * the last sustained one counts. Changes are made by SQL, fifty rows a statement, so that the API is not what is measured.
 */
import { setTimeout as wait } from "node:timers/promises";
import { SyncClient } from "../client/sync-client.ts";
import { ownCpuSeconds, watchSite } from "../deployment/deployment-sampler.ts";
import { createNodePorts } from "../engines/node-ports.ts";
import { judgeBudget } from "../plan/budget.ts";
import { heldBy } from "../plan/row-assignment.ts";
import { Recording } from "../report/recording.ts";
import { wire } from "../runner/protocol-constants.ts";
import { changeRows } from "./change-rows.ts";
import { defineStudy, type Study } from "./study.ts";

const rowsPerStatement = 50;

export const ceiling: Study = defineStudy({
  name: "ceiling",
  question: "How many changes a second are sustained end to end, with sockets that are told, before they lag?",
  settings: {
    sockets: "sockets that hold rows",
    perSocket: "rows that each of them holds",
    rows: "rows that are changed",
    fromRate: "changes per second of the first step",
    step: "what each step adds",
    stepSeconds: "length of a step",
    mostRate: "changes per second of the last step",
    lagMs: "most that the p99 of a step's signals may take",
    perSecond: "budget: changes per second that are sustained",
  },
  world: (s) => ({ tenants: 2, users: s.sockets, rows: s.rows }),
  budgets: (s) => [
    { metric: "study_rate", expression: `value>=${s.perSecond}`, why: "a busy deployment makes a tenth of it" },
    { metric: "rt_gaps", expression: "count==0", why: "the load must not cost a signal" },
    { metric: "rt_delivery_ratio", expression: "rate==1", why: "the load must not cost a signal" },
  ],
  async run({ site, settings, signal, say }) {
    const recording = new Recording();
    recording.begin(Date.now());
    using ports = createNodePorts(recording);
    const start = Date.now();
    const { tenants, targets, entityCode } = site.facts;
    const clients = Array.from({ length: settings.sockets }, (_, index) => {
      const { token = "" } = site.users[index % site.users.length] ?? {};
      return new SyncClient({
        ports,
        wire,
        targets,
        index: Math.floor(index / tenants.length),
        token,
        entityCode,
        sharedClock: true,
        stayUntil: () => Number.POSITIVE_INFINITY,
      });
    });
    say(`${clients.length} sockets …`);
    for (let at = 0; at < clients.length; at += 50) {
      signal.throwIfAborted();
      await Promise.all(
        clients.slice(at, at + 50).map(async (client, n) => {
          await client.connect();
          const ids = heldBy(at + n, settings.perSocket, tenants).map((position) => site.rows[position] ?? "");
          await client.subscribe(ids);
        }),
      );
    }
    const writeFrom = Date.now();
    await using _ = watchSite(site, recording, { cpuSeconds: ownCpuSeconds, cores: 1 });
    let sustained = 0;
    let position = 0;
    for (let rate = settings.fromRate; rate <= settings.mostRate; rate += settings.step) {
      signal.throwIfAborted();
      const from = Date.now();
      const statements = (rate * settings.stepSeconds) / rowsPerStatement;
      const running: Promise<unknown>[] = [];
      let made = 0;
      for (let n = 0; n < statements; n++) {
        const ahead = from + (n * rowsPerStatement * 1000) / rate - Date.now();
        if (ahead > 0) await wait(ahead);
        const ids = Array.from(
          { length: rowsPerStatement },
          (_, at) => site.rows[(position + at) % site.rows.length] ?? "",
        );
        position += rowsPerStatement;
        // In the order of their ids, or two statements that meet on the same rows would lock each other out.
        running.push(changeRows(site.pool, ids.sort(), `ceiling ${position}`).then(() => (made += rowsPerStatement)));
      }
      await Promise.all(running);
      const until = Date.now();
      const reached = (made * 1000) / (until - from);
      await wait(settings.lagMs);
      const waiting = await site.lagMs();
      const signals = recording.distribution("rt_delivery_ms", Math.floor(from / 1000), Math.floor(until / 1000) + 1);
      const p99 = signals.percentile(99) ?? Number.POSITIVE_INFINITY;
      say(
        `${rate}/s: made ${Math.round(reached)}/s, p50 ${Math.round(signals.percentile(50) ?? 0)} ms, p99 ${Math.round(p99)} ms, oldest waiting ${Math.round(waiting ?? 0)} ms`,
      );
      if (p99 >= settings.lagMs || (waiting ?? 0) >= settings.lagMs || reached < rate * 0.95) break;
      sustained = rate;
    }
    recording.add("study_rate", sustained, Date.now());
    const writeUntil = Date.now();
    await wait(2 * settings.lagMs);
    await judgeAll(site, clients, recording);
    for (const client of clients) client.leave();
    const end = Date.now();
    const verdicts = ceiling.budgets(settings).map((budget) => judgeBudget(budget, recording.values(budget.metric)));
    return { recording, timeline: { start, writeFrom, writeUntil, judgeAt: writeUntil, end }, verdicts, invalid: null };
  },
});

async function judgeAll(
  site: Parameters<typeof ceiling.run>[0]["site"],
  clients: readonly SyncClient[],
  recording: Recording,
): Promise<void> {
  const { rows } = await site.pool.query<{ id: string; version: number }>(
    "select id, version::float8 as version from app.task where id = any($1::uuid[])",
    [site.rows],
  );
  const truth = new Map(rows.map(({ id, version }) => [id, version]));
  const at = Date.now();
  for (const client of clients) {
    const { informed, gaps } = client.ledger.judge(truth);
    for (let n = 0; n < informed; n++) recording.add("rt_delivery_ratio", 1, at);
    for (const _ of gaps) recording.add("rt_delivery_ratio", 0, at);
    recording.add("rt_gaps", gaps.length, at);
  }
}
