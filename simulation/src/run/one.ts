import type { Outcome } from "./simulate.ts";
import { shrink } from "./shrink.ts";
import { simulate } from "./simulate.ts";
import { drawPlan } from "../plan/draw-plan.ts";
const [from, count] = process.argv.slice(2).map(Number) as [number, number];
setImmediate(() => {
  const t = process.hrtime.bigint(); const cpu = process.cpuUsage(); const rec: number[] = []; const tail: number[] = []; const q = (a: number[]) => { a.sort((x, y) => x - y); return [0.5, 0.9, 0.99, 1].map((p) => a[Math.min(a.length - 1, Math.floor(p * a.length))]); }; let bad = 0, steps = 0, vms = 0; const kinds: Record<string, number> = {};
  for (let seed = from; seed < from + count; seed++) {
    let o: Outcome;
    const plan0 = drawPlan(seed); const skip = (process.env["SKIP"] ?? "").split(","); const plan = {...plan0, actions: plan0.actions.filter((a) => !skip.includes(a.do))};
    try { o = simulate(plan, process.env["TRACE"] ? (l) => console.log(l) : undefined); } catch (e) { console.log("seed", seed, e); break; }
    rec.push(o.recoveredMs); tail.push(o.virtualMs - 600 - plan.endMs - o.recoveredMs); steps += o.steps; vms += o.virtualMs;
    if (o.violations.length) { bad++; const v = o.violations[0]; const k = v.promise; kinds[k] = (kinds[k] ?? 0) + 1; if (bad <= 5 || process.env["ALL"]) console.log(seed, plan.actions.length, JSON.stringify(o.violations.slice(0, 3))); }
    if (count === 1 && process.env["SHRINK"] && o.violations[0]) { const small = shrink(plan, o.violations[0].promise); console.log(JSON.stringify(small.clients)); for (const a of small.actions) console.log(JSON.stringify(a)); console.log(simulate(small, (l) => console.log(l)).violations[0]); } else if (count === 1) { console.log(JSON.stringify(plan.clients)); for (const a of plan.actions) console.log(JSON.stringify(a)); console.log(plan.endMs, o); }
  }
  console.log({ rec: q(rec), tail: q(tail), count, bad, kinds, steps: steps / count, vs: vms / count / 1000, cpu: process.cpuUsage(cpu).user / 1000 / count, ms: Number(process.hrtime.bigint() - t) / 1e6 / count });
});
