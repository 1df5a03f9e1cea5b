/**
 * Question: after the watchers were away, how fast is what has piled up given its place in the feed and told?
 *
 * The watchers are stopped, changes pile up, one watcher is started. The clock runs from its first claim to the moment at
 * which every gateway has applied the last change.
 */
import { setTimeout as wait } from "node:timers/promises";
import { ownCpuSeconds, watchSite } from "../deployment/deployment-sampler.ts";
import { gaugeOf } from "../deployment/metrics-page.ts";
import { judgeBudget } from "../plan/budget.ts";
import { Recording } from "../report/recording.ts";
import { changeRows } from "./change-rows.ts";
import { defineStudy, type Study } from "./study.ts";

const batch = 1000;
const lookMs = 50;

export const backlog: Study = defineStudy({
  name: "backlog",
  question: "After the watchers were away, how fast is what has piled up drained and told?",
  settings: {
    changes: "changes that pile up",
    rows: "rows that are changed",
    perSecond: "budget: changes sequenced and published per second",
  },
  world: (s) => ({ tenants: 2, users: 2, rows: s.rows }),
  budgets: (s) => [
    {
      metric: "study_drain_rate",
      expression: `value>=${s.perSecond}`,
      why: "an hour of outage at 100 changes a second must be gone within a minute",
    },
  ],
  async run({ site, settings, signal, say }) {
    const recording = new Recording();
    recording.begin(Date.now());
    const { cluster, pool } = site;
    await Promise.all(cluster.watchers.map((watcher) => watcher.stop()));
    say(`${settings.changes} changes …`);
    for (let done = 0; done < settings.changes; done += batch) {
      signal.throwIfAborted();
      const ids = Array.from({ length: Math.min(batch, settings.changes - done) }, (_, n) => {
        return site.rows[(done + n) % site.rows.length] ?? "";
      });
      await changeRows(pool, ids, `backlog ${done}`);
    }
    const headOf = async (): Promise<number> => {
      const { rows } = await pool.query<{ head: number }>("select head_seq::float8 as head from app.sync_state");
      return rows[0]?.head ?? 0;
    };
    const before = await headOf();
    const start = Date.now();
    await using _ = watchSite(site, recording, { cpuSeconds: ownCpuSeconds, cores: 1 });
    say("draining …");
    await cluster.add("watcher");
    let claimedAt = 0;
    const positions = async (): Promise<number> => {
      const found = await Promise.all(
        cluster.gateways.map(({ url }) => gaugeOf(`${url}/metrics`, "heliograph_gateway_feed_position")),
      );
      return Math.min(...found.map((position) => position ?? 0));
    };
    for (;;) {
      signal.throwIfAborted();
      const head = await headOf();
      if (claimedAt === 0 && head > before) claimedAt = Date.now();
      if (head - before >= settings.changes && (await positions()) >= head) break;
      await wait(lookMs);
    }
    const end = Date.now();
    // The first look after the first claim comes up to a look late; counted from the look before it.
    const seconds = (end - (claimedAt - lookMs)) / 1000;
    recording.add("study_drain_rate", settings.changes / seconds, end);
    const timeline = { start, writeFrom: claimedAt, writeUntil: end, judgeAt: end, end };
    const verdicts = backlog.budgets(settings).map((budget) => judgeBudget(budget, recording.values(budget.metric)));
    return { recording, timeline, verdicts, invalid: null };
  },
});
