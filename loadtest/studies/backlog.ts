/**
 * Question it answers: after an outage of the watchers, how fast is the backlog sequenced and delivered?
 *
 * The study stops the watchers, makes changes and starts one watcher. It measures from the first claim to the moment at
 * which every gateway has applied the last change.
 */
import { sleep } from "@heliograph/shared/sleep";
import { ownCpuSeconds, startDeploymentSampler } from "../deployment/deployment-sampler.ts";
import { readMetric } from "../deployment/metrics-page.ts";
import { evaluateBudget } from "../plan/budget.ts";
import { Recording } from "../report/recording.ts";
import { changeRows } from "./change-rows.ts";
import { defineStudy, type Study } from "./study.ts";

const rowsPerStatement = 1000;
/** Interval at which progress is checked, milliseconds. */
const pollIntervalMs = 50;

export const backlog: Study = defineStudy({
  name: "backlog",
  question: "After an outage of the watchers, how fast is the backlog sequenced and delivered?",
  settings: {
    changes: "changes in the backlog",
    rows: "rows that are changed",
    perSecond: "budget: changes sequenced and published per second",
  },
  dataset: (s) => ({ tenants: 2, users: 2, rows: s.rows }),
  budgets: (s) => [
    {
      metric: "study_drain_rate",
      expression: `value>=${s.perSecond}`,
      why: "the backlog of an hour at 100 changes a second must drain within a minute",
    },
  ],
  async run({ deployment, settings, signal, log }) {
    const recording = new Recording();
    recording.zeroCounters(Date.now());
    const { cluster, pool, rows } = deployment;
    await Promise.all(cluster.watchers.map((watcher) => watcher.stop()));
    log(`creating a backlog of ${settings.changes} changes`);
    for (let done = 0; done < settings.changes; done += rowsPerStatement) {
      signal.throwIfAborted();
      const ids = Array.from({ length: Math.min(rowsPerStatement, settings.changes - done) }, (_, n) => {
        return rows[(done + n) % rows.length] ?? "";
      });
      await changeRows(pool, ids, `backlog ${done}`);
    }
    const readHead = async (): Promise<number> => {
      const result = await pool.query<{ head: number }>("select head_seq::float8 as head from app.sync_state");
      return result.rows[0]?.head ?? 0;
    };
    const headBefore = await readHead();
    const start = Date.now();
    await using _ = startDeploymentSampler(deployment, recording, { cpuSeconds: ownCpuSeconds, cores: 1 });
    log("draining the backlog");
    await cluster.add("watcher");
    let claimedAt = 0;
    const slowestGatewayPosition = async (): Promise<number> => {
      const positions = await Promise.all(
        cluster.gateways.map(({ url }) => readMetric(`${url}/metrics`, "heliograph_gateway_feed_position")),
      );
      return Math.min(...positions.map((position) => position ?? 0));
    };
    for (;;) {
      signal.throwIfAborted();
      const head = await readHead();
      if (claimedAt === 0 && head > headBefore) claimedAt = Date.now();
      if (head - headBefore >= settings.changes && (await slowestGatewayPosition()) >= head) break;
      await sleep(pollIntervalMs);
    }
    const end = Date.now();
    // The first claim may have happened up to one poll before it was seen, so the whole poll counts.
    const seconds = (end - (claimedAt - pollIntervalMs)) / 1000;
    recording.add("study_drain_rate", settings.changes / seconds, end);
    const timeline = { start, writeFrom: claimedAt, writeUntil: end, verifyFrom: end, end };
    const budgetResults = backlog
      .budgets(settings)
      .map((budget) => evaluateBudget(budget, recording.values(budget.metric)));
    return { recording, timeline, budgetResults, invalid: null };
  },
});
