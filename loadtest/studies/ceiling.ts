/**
 * Question it answers: how many changes per second are sustained end to end, with sockets that receive them, before
 * signals lag?
 *
 * The rate rises in steps. A step is sustained when its signals arrive within the limit and no change is left over at its
 * end; the last sustained step is the result. Changes are made in SQL, fifty rows a statement, so that the API is not part
 * of the measurement.
 */
import { sleep } from "@heliograph/shared/sleep";
import { SyncClient } from "../client/sync-client.ts";
import { ownCpuSeconds, startDeploymentSampler } from "../deployment/deployment-sampler.ts";
import type { LocalDeployment } from "../deployment/local-deployment.ts";
import { createNodePorts } from "../engines/node-ports.ts";
import { evaluateBudget } from "../plan/budget.ts";
import { heldPositions } from "../plan/row-assignment.ts";
import { Recording } from "../report/recording.ts";
import { protocolConstants } from "../runner/protocol-constants.ts";
import { changeRows } from "./change-rows.ts";
import { defineStudy, type Study } from "./study.ts";

const rowsPerStatement = 50;
/** Sockets that are opened at the same time. */
const concurrentConnects = 50;

export const ceiling: Study = defineStudy({
  name: "ceiling",
  question: "How many changes per second are sustained end to end before signals lag?",
  settings: {
    sockets: "sockets that hold rows",
    perSocket: "rows that each socket holds",
    rows: "rows that are changed",
    fromRate: "changes per second of the first step",
    step: "changes per second that each step adds",
    stepSeconds: "length of a step",
    maxRate: "changes per second of the last step",
    lagMs: "limit for the p99 of a step's signals",
    perSecond: "budget: changes per second that are sustained",
  },
  dataset: (s) => ({ tenants: 2, users: s.sockets, rows: s.rows }),
  budgets: (s) => [
    {
      metric: "study_rate",
      expression: `value>=${s.perSecond}`,
      why: "ten times the rate of a busy deployment",
    },
    { metric: "rt_gaps", expression: "count==0", why: "load must not lose a signal" },
    { metric: "rt_delivery_ratio", expression: "rate==1", why: "load must not lose a signal" },
  ],
  async run({ deployment, settings, signal, log }) {
    const recording = new Recording();
    recording.zeroCounters(Date.now());
    using ports = createNodePorts(recording);
    const start = Date.now();
    const { rows, users } = deployment;
    const { tenants, targets, entityCode } = deployment.facts;
    const clients = Array.from({ length: settings.sockets }, (_, index) => {
      const { token = "" } = users[index % users.length] ?? {};
      return new SyncClient({
        ports,
        protocol: protocolConstants,
        targets,
        index: Math.floor(index / tenants.length),
        token,
        entityCode,
        sharedClock: true,
        reconnectUntil: () => Number.POSITIVE_INFINITY,
      });
    });
    log(`opening ${clients.length} sockets`);
    for (let at = 0; at < clients.length; at += concurrentConnects) {
      signal.throwIfAborted();
      await Promise.all(
        clients.slice(at, at + concurrentConnects).map(async (client, n) => {
          await client.connect();
          const ids = heldPositions(at + n, settings.perSocket, tenants).map((position) => rows[position] ?? "");
          await client.subscribe(ids);
        }),
      );
    }
    const writeFrom = Date.now();
    await using _ = startDeploymentSampler(deployment, recording, { cpuSeconds: ownCpuSeconds, cores: 1 });
    let sustained = 0;
    let position = 0;
    for (let rate = settings.fromRate; rate <= settings.maxRate; rate += settings.step) {
      signal.throwIfAborted();
      const from = Date.now();
      const statements = (rate * settings.stepSeconds) / rowsPerStatement;
      const running: Promise<unknown>[] = [];
      let changed = 0;
      for (let n = 0; n < statements; n++) {
        const ahead = from + (n * rowsPerStatement * 1000) / rate - Date.now();
        if (ahead > 0) await sleep(ahead);
        const ids = Array.from({ length: rowsPerStatement }, (_, at) => rows[(position + at) % rows.length] ?? "");
        position += rowsPerStatement;
        // Sorted, because two statements that lock the same rows in different order would deadlock.
        const statement = changeRows(deployment.pool, ids.sort(), `ceiling ${position}`);
        running.push(statement.then(() => (changed += rowsPerStatement)));
      }
      await Promise.all(running);
      const until = Date.now();
      const reached = (changed * 1000) / (until - from);
      await sleep(settings.lagMs);
      const lag = (await deployment.lagMs()) ?? 0;
      const signals = recording.distribution("rt_delivery_ms", Math.floor(from / 1000), Math.floor(until / 1000) + 1);
      const p99 = signals.percentile(99) ?? Number.POSITIVE_INFINITY;
      log(
        `${rate}/s: ${Math.round(reached)} changes/s made; signals p50 ${Math.round(signals.percentile(50) ?? 0)} ms, p99 ${Math.round(p99)} ms; feed lag ${Math.round(lag)} ms`,
      );
      if (p99 >= settings.lagMs || lag >= settings.lagMs || reached < rate * 0.95) break;
      sustained = rate;
    }
    recording.add("study_rate", sustained, Date.now());
    const writeUntil = Date.now();
    await sleep(2 * settings.lagMs);
    await verifyAll(deployment, clients, recording);
    for (const client of clients) client.close();
    const end = Date.now();
    const timeline = { start, writeFrom, writeUntil, verifyFrom: writeUntil, end };
    const budgetResults = ceiling
      .budgets(settings)
      .map((budget) => evaluateBudget(budget, recording.values(budget.metric)));
    return { recording, timeline, budgetResults, invalid: null };
  },
});

/** Compares what every client received with the database, and records the delivery ratio and the gaps. */
async function verifyAll(
  { pool, rows }: LocalDeployment,
  clients: readonly SyncClient[],
  recording: Recording,
): Promise<void> {
  const result = await pool.query<{ id: string; version: number }>(
    "select id, sync_version::float8 as version from app.task where id = any($1::uuid[])",
    [rows],
  );
  const currentVersions = new Map(result.rows.map(({ id, version }) => [id, version]));
  const at = Date.now();
  for (const client of clients) {
    const { delivered, gaps } = client.ledger.compare(currentVersions);
    for (let n = 0; n < delivered; n++) recording.add("rt_delivery_ratio", 1, at);
    for (const _ of gaps) recording.add("rt_delivery_ratio", 0, at);
    recording.add("rt_gaps", gaps.length, at);
  }
}
