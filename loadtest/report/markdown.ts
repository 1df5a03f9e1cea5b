import { metrics } from "../plan/metrics.ts";
import { numberText, shareText } from "./number-text.ts";
import type { Report } from "./report.ts";

const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

const verdictText = {
  passed: "All budgets were met.",
  failed: "Some budgets were missed.",
  invalid: "This run is invalid.",
};

/** The value of a budget in its unit. */
export function budgetValue({ metric, expression, value }: Report["budgets"][number]): string {
  const { unit } = metrics[metric];
  if (expression.startsWith("rate")) return shareText(value);
  return numberText(value, expression.startsWith("count") ? "" : unit);
}

/** The table of latencies. Empty for studies without sockets, which have none. */
function latencyPart(latencies: Report["latencies"]): string {
  if (latencies.length === 0) return "";
  return `## Latencies, ms

${table(
  ["metric", "meaning", "count", "p50", "p95", "p99", "max"],
  latencies.map(({ metric, meaning, count, p50, p95, p99, max }) => [
    metric,
    meaning,
    count,
    ...[p50, p95, p99, max].map((value) => numberText(value)),
  ]),
)}

`;
}

/** The report as a Markdown document. */
export function markdown(report: Report): string {
  const { machine, budgets, latencies, figures, settings } = report;
  return `# ${report.scenario}: ${report.verdict}

${report.question}

**${verdictText[report.verdict]}** ${[report.invalid ?? "", ...report.remarks].join(" ").trim()}

${report.startedAt}, ${report.seconds} s, profile ${report.profile}, engine ${report.engine}. ${Object.entries(machine)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ")}.

## Budgets

${table(
  ["", "metric", "budget", "measured", "why"],
  budgets.map((budget) => [
    budget.met ? "met" : "**missed**",
    budget.metric,
    `\`${budget.expression}\``,
    budgetValue(budget),
    budget.why,
  ]),
)}

${latencyPart(latencies)}## Figures

For metrics that are sampled over time, the highest sample.

${table(
  ["metric", "meaning", "value", ""],
  figures.map(({ metric, meaning, unit, value, labels }) => [
    metric,
    meaning,
    metrics[metric].kind === "rate" ? shareText(value) : numberText(value, unit),
    labels.map(([label, count]) => `${label}: ${count}`).join(", "),
  ]),
)}

## Settings

${table(
  ["name", "value", "meaning"],
  settings.map(({ name, value, meaning }) => [name, value, meaning]),
)}
`;
}
