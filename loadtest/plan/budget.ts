import type { MetricName } from "./metrics.ts";

/** Something that a run must keep to, in the language of k6's thresholds, with its reason. */
export interface Budget {
  readonly metric: MetricName;
  /** For example "p(99)<=250", "rate==1", "count==0", "value<1000". */
  readonly expression: string;
  readonly why: string;
}

/** What a metric amounted to; absent numbers are undefined, never 0. */
export interface MetricValues {
  readonly count?: number | undefined;
  readonly rate?: number | undefined;
  readonly value?: number | undefined;
  readonly max?: number | undefined;
  readonly percentile?: (p: number) => number | undefined;
}

/** How a budget was kept. `value` undefined: nothing was measured, which is no success. */
export interface Verdict extends Budget {
  readonly value: number | undefined;
  readonly kept: boolean;
}

const grammar = /^(p\((\d+(?:\.\d+)?)\)|count|rate|value|max)(<=|>=|==|<|>)(-?\d+(?:\.\d+)?)$/;

/** Takes an expression apart. @throws when it is none */
export function parseExpression(expression: string): {
  aggregate: string;
  percentile: number;
  operator: string;
  limit: number;
} {
  const match = grammar.exec(expression.replaceAll(" ", ""));
  if (!match) throw new Error(`"${expression}" is no budget: write something like p(99)<=250, rate==1 or count==0.`);
  const [, aggregate = "", percentile = "0", operator = "", limit = ""] = match;
  return { aggregate, percentile: Number(percentile), operator, limit: Number(limit) };
}

function compare(value: number, operator: string, limit: number): boolean {
  switch (operator) {
    case "<":
      return value < limit;
    case "<=":
      return value <= limit;
    case ">":
      return value > limit;
    case ">=":
      return value >= limit;
    default:
      return value === limit;
  }
}

/** Compares one budget with what was measured. */
export function judgeBudget(budget: Budget, values: MetricValues | undefined): Verdict {
  const { aggregate, percentile, operator, limit } = parseExpression(budget.expression);
  const value = aggregate.startsWith("p(")
    ? values?.percentile?.(percentile)
    : values?.[aggregate as "count" | "rate" | "value" | "max"];
  return { ...budget, value, kept: value !== undefined && compare(value, operator, limit) };
}
