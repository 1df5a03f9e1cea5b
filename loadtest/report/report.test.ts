import { expect, test } from "vitest";
import { evaluateBudget } from "../plan/budget.ts";
import { timelineFrom } from "../plan/plan.ts";
import { html } from "./html.ts";
import { markdown } from "./markdown.ts";
import { Recording } from "./recording.ts";
import { createReport, type Report } from "./report.ts";

function sample(gaps: number, { invalid = null as string | null, machineCpu = 50 } = {}): Report {
  const start = 1_700_000_000_000;
  const recording = new Recording();
  recording.zeroCounters(start);
  for (let n = 0; n < 200; n++) recording.add("rt_delivery_ms", n % 50, start + n * 50);
  recording.add("rt_gaps", gaps, start);
  recording.add("generator_cpu", 12, start + 2000);
  recording.add("machine_cpu", machineCpu, start + 2000);
  const budget = {
    metric: "rt_gaps",
    expression: "count==0",
    why: 'nothing <b>"may"</b> be missed </script>',
  } as const;
  return createReport({
    scenario: { name: "sample", question: "Is < escaped?", settings: { sockets: "number of sockets" } },
    profile: "local",
    engine: "node",
    settings: { sockets: 3 },
    machine: { cores: 2 },
    recording,
    timeline: timelineFrom(start, { rampSeconds: 1, holdSeconds: 8, settleSeconds: 1, verifySeconds: 0 }),
    budgetResults: [evaluateBudget(budget, recording.values("rt_gaps"))],
    invalid,
  });
}

test("a missed budget fails a run, and a generator at its limit makes it invalid", () => {
  expect(sample(0).verdict).toBe("passed");
  expect(sample(1).verdict).toBe("failed");
  expect(sample(0, { invalid: "The generator was the bottleneck." }).verdict).toBe("invalid");
});

test("the page is self-contained and requests nothing", () => {
  const page = html(sample(1));
  expect(page).not.toMatch(/<(?:script|link|img)[^>]+(?:src|href)="(?!data:)/);
  expect(page).not.toMatch(/url\(\s*["']?https?:|@import|fetch\(|XMLHttpRequest/);
  expect(page).toContain("&lt;b&gt;");
  const data = /<script type="application\/json" id="report">(.*?)<\/script>/s.exec(page)?.[1] ?? "";
  expect(JSON.parse(data)).toEqual(JSON.parse(JSON.stringify(sample(1))));
});

test("the document names each missed budget with the measured value", () => {
  const text = markdown(sample(2));
  expect(text).toContain("# sample: failed");
  expect(text).toMatch(/\*\*missed\*\* \| rt_gaps \| `count==0` \| 2 \|/);
});

test("a saturated machine is a remark beside the verdict, in the page and in the document", () => {
  const busy = sample(0, { machineCpu: 97 });
  expect(busy.verdict).toBe("passed");
  for (const form of [html(busy), markdown(busy)]) expect(form).toContain("used 97 % of its CPU");
  expect(markdown(sample(0))).not.toContain("of its CPU");
});
