import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { type MetricName, metrics } from "../plan/metrics.ts";
import { budgetValue } from "./markdown.ts";
import { numberText, shareText } from "./number-text.ts";
import type { Report } from "./report.ts";

const require = createRequire(import.meta.url);
const ofPage = (file: string): string => readFileSync(path.join(import.meta.dirname, "page", file), "utf8");
const ofPlots = (file: string): string => readFileSync(require.resolve(`uplot/dist/${file}`), "utf8");

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const text = (value: string | number): string => String(value).replace(/[&<>"]/g, (found) => escapes[found] ?? found);

const verdictText = { passed: "✓ passed", failed: "✕ failed", invalid: "! invalid" };

/** Figures at the top of the page, most important first. Those that were not measured are left out. */
const tileMetrics: readonly (readonly [MetricName, string])[] = [
  ["rt_delivery_ratio", "Delivered"],
  ["rt_delivery_ms", "Signal p99"],
  ["rt_subscribe_ms", "SUBSCRIBED p95"],
  ["rt_connect_ok", "Connected"],
  ["rt_resume_ok", "Resumed"],
  ["rt_auth_rejected_ok", "Abuse rejected"],
  ["rt_bytes_per_socket", "Per socket"],
  ["study_drain_rate", "Drained"],
  ["study_rate", "Sustained"],
  ["generator_cpu", "Generator CPU, max"],
];
const maxTiles = 6;

function tiles(report: Report): string {
  const found = tileMetrics.flatMap(([metric, label]) => {
    const latency = report.latencies.find((row) => row.metric === metric);
    if (latency)
      return [[label, `${numberText(metric === "rt_subscribe_ms" ? latency.p95 : latency.p99)} ms`] as const];
    const figure = report.figures.find((row) => row.metric === metric);
    if (!figure) return [];
    const { kind, unit } = metrics[metric];
    return [[label, kind === "rate" ? shareText(figure.value) : numberText(figure.value, unit)] as const];
  });
  return found
    .slice(0, maxTiles)
    .map(([label, value]) => `<div class="tile"><dt>${text(label)}</dt><dd>${text(value)}</dd></div>`)
    .join("\n");
}

const budgetRows = (report: Report): string =>
  report.budgets
    .map(
      (budget) => `<div class="row">
<span class="chip ${budget.met ? "met" : "missed"}">${budget.met ? "✓ met" : "✕ missed"}</span>
<code>${text(budget.metric)}</code><code class="limit">${text(budget.expression)}</code>
<span class="measured">${text(budgetValue(budget))}</span><span class="why soft">${text(budget.why)}</span></div>`,
    )
    .join("\n");

/** A cell with a name and its meaning below it. Side by side they would not fit on a phone. */
const named = (name: string, meaning: string): string =>
  `<td><code>${text(name)}</code><br><span class="soft">${text(meaning)}</span></td>`;

function table(head: readonly string[], rows: readonly { first: string; numbers: readonly string[] }[]): string {
  const [name = "", ...numbers] = head;
  const numberCell = (tag: string, value: string) => `<${tag} class="number">${text(value)}</${tag}>`;
  const top = `<tr><th>${text(name)}</th>${numbers.map((value) => numberCell("th", value)).join("")}</tr>`;
  const lines = rows.map(({ first, numbers: found }) => {
    return `<tr>${first}${found.map((value) => numberCell("td", value)).join("")}</tr>`;
  });
  return `<div class="scroll"><table>${top}${lines.join("\n")}</table></div>`;
}

const latencyTable = (report: Report): string =>
  table(
    ["Latency, ms", "count", "p50", "p95", "p99", "max"],
    report.latencies.map(({ metric, meaning, count, p50, p95, p99, max }) => ({
      first: named(metric, meaning),
      numbers: [count, p50, p95, p99, max].map((value) => numberText(value)),
    })),
  );

function figureTable(report: Report): string {
  const rows = report.figures.map(({ metric, meaning, unit, value, labels }) => {
    const counted = labels.map(([label, count]) => `${label}: ${count}`).join(", ");
    return {
      first: named(metric, counted === "" ? meaning : `${meaning} (${counted})`),
      numbers: [metrics[metric].kind === "rate" ? shareText(value) : numberText(value, unit)],
    };
  });
  return table(["Figure; for sampled metrics the highest sample", ""], rows);
}

const settingsTable = (report: Report): string =>
  table(
    ["Setting", ""],
    report.settings.map(({ name, value, meaning }) => ({
      first: named(name, meaning),
      numbers: [numberText(value)],
    })),
  );

const plots = (report: Report): string =>
  report.plots
    .map(
      ({ title, unit, note }, n) =>
        `<section class="plot"><h3>${text(unit === "" ? title : `${title}, ${unit}`)}</h3><p>${text(note)}</p><div id="plot-${n}"></div></section>`,
    )
    .join("\n");

const curve = `<section class="plot"><h3>Percentiles, ms</h3><p>the share of samples that were this fast or faster; the axis stretches the slowest ones</p><div id="curve"></div></section>`;

/** The report as one self-contained page, which can be mailed, archived and read offline. */
export function html(report: Report): string {
  const facts = [
    new Date(report.startedAt).toISOString().replace("T", " ").replace(/\..*/, " UTC"),
    `${report.seconds} s`,
    `profile ${report.profile}`,
    `engine ${report.engine}`,
    ...Object.entries(report.machine).map(([name, value]) => `${name} ${value}`),
  ];
  // "</script>" inside the data would end the script element.
  const data = JSON.stringify(report).replaceAll("<", "\\u003c");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(report.scenario)}: ${report.verdict}</title>
<link rel="icon" href="data:,">
<style>${ofPlots("uPlot.min.css")}
${ofPage("page.css")}</style>
</head>
<body>
<main>
<header><h1>${text(report.scenario)}</h1><span class="verdict ${report.verdict}">${verdictText[report.verdict]}</span></header>
<p class="question">${text(report.question)}</p>
<p class="facts">${text(facts.join(" · "))}</p>
${report.invalid === null ? "" : `<p class="reason invalid">${text(report.invalid)}</p>`}
${report.remarks.map((remark) => `<p class="reason">${text(remark)}</p>`).join("\n")}
<dl class="tiles">${tiles(report)}</dl>
<h2>Budgets</h2>
<div class="rows">${budgetRows(report)}</div>
<h2>Over time</h2>
<div class="plots">${plots(report)}
${report.curves.lines.length > 0 ? curve : ""}</div>
<h2>Latencies and figures</h2>
${report.latencies.length > 0 ? latencyTable(report) : ""}
${figureTable(report)}
<h2>Settings</h2>
${settingsTable(report)}
<footer>Changes were made during the shaded time. Drag over a plot to zoom in, double-click to zoom out, click a name to hide its line.</footer>
</main>
<script>${ofPlots("uPlot.iife.min.js").replaceAll("</script", "<\\/script")}</script>
<script type="application/json" id="report">${data}</script>
<script type="module">${ofPage("page.js")}</script>
</body>
</html>
`;
}
