import type { BudgetResult } from "../plan/budget.ts";
import { type MetricName, metrics } from "../plan/metrics.ts";
import type { Timeline } from "../plan/plan.ts";
import type { Recording } from "./recording.ts";
import { remarksFor } from "./validity.ts";

/** One line of a plot. A value is null where nothing was measured. */
interface Line {
  readonly label: string;
  readonly values: readonly (number | null)[];
}

interface Plot {
  readonly title: string;
  readonly unit: string;
  readonly note: string;
  /** Positions on the x axis, seconds since the beginning of the run. */
  readonly at: readonly number[];
  readonly lines: readonly Line[];
}

/** One row of the table of latencies, milliseconds. */
interface LatencyRow {
  readonly metric: MetricName;
  readonly meaning: string;
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** A metric with a single value. */
interface FigureRow {
  readonly metric: MetricName;
  readonly meaning: string;
  readonly unit: string;
  readonly value: number;
  readonly labels: readonly (readonly [string, number])[];
}

/** The results of a run. All forms of the report contain the same. */
export interface Report {
  readonly scenario: string;
  readonly question: string;
  readonly profile: string;
  readonly engine: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly seconds: number;
  readonly verdict: "passed" | "failed" | "invalid";
  readonly invalid: string | null;
  /** What a reader has to know in addition to the verdict. */
  readonly remarks: readonly string[];
  readonly machine: Readonly<Record<string, string | number>>;
  readonly settings: readonly { readonly name: string; readonly value: number; readonly meaning: string }[];
  readonly budgets: readonly BudgetResult[];
  readonly latencies: readonly LatencyRow[];
  readonly figures: readonly FigureRow[];
  readonly plots: readonly Plot[];
  /** Percentiles of each latency; `at` runs from 0 to 100. */
  readonly curves: { readonly at: readonly number[]; readonly lines: readonly Line[] };
  /** Boundaries of the phases, seconds since the beginning of the run. */
  readonly phases: { readonly writeFrom: number; readonly writeUntil: number; readonly verifyFrom: number };
}

interface ReportParts {
  readonly scenario: {
    readonly name: string;
    readonly question: string;
    readonly settings: Readonly<Record<string, string>>;
  };
  readonly profile: string;
  readonly engine: string;
  readonly settings: Readonly<Record<string, number>>;
  readonly machine: Report["machine"];
  readonly recording: Recording;
  readonly timeline: Timeline;
  readonly budgetResults: readonly BudgetResult[];
  readonly invalid: string | null;
}

/** Points per line of a plot; screens show no more. */
const maxPoints = 600;
const trends = [
  "rt_delivery_ms",
  "rt_echo_ms",
  "rt_connect_ms",
  "rt_subscribe_ms",
  "rt_write_ms",
  "rt_read_ms",
  "rt_resume_ms",
  "rt_spread_ms",
  "rt_silence_ms",
] as const;
const curvePoints = [0, 10, 20, 30, 40, 50, 60, 70, 80, 85, 90, 92.5, 95, 97, 98, 99, 99.5, 99.9, 99.99, 100];

const round = (value: number): number => (Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3)));

/** Builds the report of a run. */
export function createReport(parts: ReportParts): Report {
  const { scenario, recording, timeline, budgetResults, invalid } = parts;
  const met = budgetResults.every((verdict) => verdict.met);
  const start = Math.floor(timeline.start / 1000);
  return {
    scenario: scenario.name,
    question: scenario.question,
    profile: parts.profile,
    engine: parts.engine,
    startedAt: new Date(timeline.start).toISOString(),
    seconds: Math.round((timeline.end - timeline.start) / 1000),
    verdict: invalid !== null ? "invalid" : met ? "passed" : "failed",
    invalid,
    remarks: remarksFor(recording, timeline),
    machine: parts.machine,
    settings: Object.entries(parts.settings).map(([name, value]) => ({
      name,
      value,
      meaning: scenario.settings[name] ?? "",
    })),
    budgets: budgetResults,
    latencies: latencyRows(recording),
    figures: figureRows(recording),
    plots: plotsOf(recording, timeline),
    curves: curvesOf(recording),
    phases: {
      writeFrom: timeline.writeFrom / 1000 - start,
      writeUntil: timeline.writeUntil / 1000 - start,
      verifyFrom: timeline.verifyFrom / 1000 - start,
    },
  };
}

function latencyRows(recording: Recording): LatencyRow[] {
  return trends.flatMap((metric) => {
    const values = recording.values(metric);
    if (!values?.percentile || !values.count) return [];
    const of = (p: number): number => round(values.percentile?.(p) ?? 0);
    const { count, max = 0 } = values;
    return [
      { metric, meaning: metrics[metric].meaning, count, p50: of(50), p95: of(95), p99: of(99), max: round(max) },
    ];
  });
}

function figureRows(recording: Recording): FigureRow[] {
  return (Object.keys(metrics) as MetricName[]).flatMap((metric) => {
    const { kind, meaning, unit } = metrics[metric];
    const values = recording.values(metric);
    if (!values || kind === "trend") return [];
    const value = kind === "rate" ? values.rate : kind === "counter" ? values.count : values.max;
    if (value === undefined) return [];
    return [{ metric, meaning, unit, value: kind === "rate" ? value : round(value), labels: recording.labels(metric) }];
  });
}

function curvesOf(recording: Recording): Report["curves"] {
  const lines = trends.flatMap((metric) => {
    const values = recording.values(metric);
    if (!values?.count) return [];
    return [{ label: metric, values: curvePoints.map((p) => round(values.percentile?.(p) ?? 0)) }];
  });
  return { at: curvePoints, lines };
}

function plotsOf(recording: Recording, timeline: Timeline): Plot[] {
  const { from, to } = recording.extent ?? { from: 0, to: 0 };
  const first = Math.max(from, Math.floor(timeline.start / 1000) - 1);
  const last = Math.min(to, Math.ceil(timeline.end / 1000) + 5);
  const step = Math.max(1, Math.ceil((last - first) / maxPoints));
  const starts: number[] = [];
  for (let at = first; at <= last; at += step) starts.push(at);
  const start = Math.floor(timeline.start / 1000);
  const at = starts.map((second) => second - start);
  const line = (label: string, value: (from: number, to: number) => number | undefined): Line => ({
    label,
    values: starts.map((second) => {
      const found = value(second, second + step);
      return found === undefined ? null : round(found);
    }),
  });
  const percentileLine = (metric: MetricName, p: number) =>
    line(p === 100 ? "max" : `p${p}`, (a, b) => {
      const found = recording.distribution(metric, a, b);
      return p === 100 ? found.max : found.percentile(p);
    });
  const latency = (metric: MetricName, title: string): Plot => ({
    title,
    unit: "ms",
    note: metrics[metric].meaning,
    at,
    lines: [50, 95, 99, 100].map((p) => percentileLine(metric, p)),
  });
  const perSecond = (metric: MetricName, label: string) =>
    line(label, (a, b) => {
      return (recording.sum(metric, a, b) ?? 0) / step;
    });
  const services = (metric: MetricName, scale: number) =>
    recording.services(metric).map((name) =>
      line(name, (a, b) => {
        const value = recording.newest(metric, a, b, name);
        return value === undefined ? undefined : value / scale;
      }),
    );
  const plots: Plot[] = [
    ...(recording.has("rt_delivery_ms") ? [latency("rt_delivery_ms", "Signal latency")] : []),
    ...(recording.has("rt_echo_ms") ? [latency("rt_echo_ms", "Latency of a user's own changes")] : []),
    {
      title: "Connections",
      unit: "",
      note: "open sockets, as the generator and the gateways count them",
      at,
      lines: [openSockets(recording, starts, step), ...services("server_connections", 1)],
    },
    ...(recording.has("rt_expected") ? [deliveryPlot(recording, at, starts, step)] : []),
    {
      title: "Signals",
      unit: "per second",
      note: "signals due and received",
      at,
      lines: [perSecond("rt_expected", "due"), perSecond("rt_received", "received")],
    },
    ...(recording.has("rt_subscribe_ms") ? [latency("rt_subscribe_ms", "SUBSCRIBE latency")] : []),
    ...(recording.has("rt_write_ms") ? [latency("rt_write_ms", "Write latency")] : []),
    {
      title: "CPU load",
      unit: "%",
      note: "generator: percent of the cores it can use; services: percent of one core; machine: percent of all cores",
      at,
      lines: [
        line("generator", (a, b) => recording.newest("generator_cpu", a, b)),
        line("machine", (a, b) => recording.newest("machine_cpu", a, b)),
        ...services("server_cpu", 1),
      ],
    },
    { title: "Memory", unit: "MB", note: "resident memory of the services", at, lines: services("server_rss", 1e6) },
    {
      title: "Feed lag",
      unit: "ms",
      note: metrics.server_lag_ms.meaning,
      at,
      lines: [line("oldest change", (a, b) => recording.newest("server_lag_ms", a, b))],
    },
  ];
  return plots.filter(({ lines }) => lines.some(({ values }) => values.some((value) => value !== null)));
}

function openSockets(recording: Recording, starts: readonly number[], step: number): Line {
  let open = 0;
  const values = starts.map((second) => {
    open +=
      (recording.sum("rt_opened", second, second + step) ?? 0) -
      (recording.sum("rt_closed", second, second + step) ?? 0);
    return open;
  });
  return { label: "generator", values };
}

/** For each second, the share of its changes' signals that arrived by the end. Needs a shared clock. */
function deliveryPlot(recording: Recording, at: readonly number[], starts: readonly number[], step: number): Plot {
  let [due, arrived] = [0, 0];
  const perStep: (number | null)[] = [];
  const cumulative: (number | null)[] = [];
  for (const second of starts) {
    const expected = recording.sum("rt_expected", second, second + step) ?? 0;
    const received = recording.sum("rt_received", second, second + step) ?? 0;
    due += expected;
    arrived += received;
    perStep.push(expected === 0 ? null : round((100 * received) / expected));
    cumulative.push(due === 0 ? null : round((100 * arrived) / due));
  }
  return {
    title: "Delivery ratio",
    unit: "%",
    note: "signals received divided by signals due; below 100 where changes of a row coalesced or a socket was disconnected",
    at,
    lines: [
      { label: step === 1 ? "per second" : `per ${step} s`, values: perStep },
      { label: "cumulative", values: cumulative },
    ],
  };
}
