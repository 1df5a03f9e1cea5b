import type { Outcome } from "./simulate.ts";
import { simulate } from "./simulate.ts";
import { drawPlan } from "../plan/draw-plan.ts";
const [from, count] = process.argv.slice(2).map(Number) as [number, number];
setImmediate(() => {
  const t = process.hrtime.bigint(); const cpu = process.cpuUsage(); let bad = 0, steps = 0, vms = 0; const kinds: Record<string, number> = {};
  for (let seed = from; seed < from + count; seed++) {
    let o: Outcome;
    const plan0 = drawPlan(seed); const skip = (process.env["SKIP"] ?? "").split(","); const plan = {...plan0, actions: plan0.actions.filter((a) => !skip.includes(a.do))};
    try { o = simulate(plan); } catch (e) { console.log("seed", seed, e); break; }
    steps += o.steps; vms += o.virtualMs;
    if (o.violations.length) { bad++; const v = o.violations[0]; const k = v.promise; kinds[k] = (kinds[k] ?? 0) + 1; if (bad <= 5) console.log(seed, plan.actions.length, JSON.stringify(o.violations.slice(0, 3))); }
    if (count === 1) { console.log(JSON.stringify(plan.clients)); for (const a of plan.actions) console.log(JSON.stringify(a)); console.log(plan.endMs, o); }
  }
  console.log({ count, bad, kinds, steps: steps / count, vs: vms / count / 1000, cpu: process.cpuUsage(cpu).user / 1000 / count, ms: Number(process.hrtime.bigint() - t) / 1e6 / count });
});
