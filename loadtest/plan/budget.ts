import type { MetricName } from "./metrics.ts";

/** A limit that a run has to meet, in the language of k6's thresholds, with its reason. */
export interface Budget {
  readonly metric: MetricName;
  /** For example "p(99)<=250", "rate==1", "count==0", "value<1000". */
  readonly expression: string;
  readonly why: string;
}

/** Aggregates of one metric. An aggregate that the metric does not have is undefined, never 0. */
export interface MetricValues {
  readonly count?: number | undefined;
  readonly rate?: number | undefined;
  readonly value?: number | undefined;
  readonly max?: number | undefined;
  readonly percentile?: (p: number) => number | undefined;
}

/** A budget and whether the run met it. `value` is undefined when nothing was measured, which does not meet a budget. */
export interface BudgetResult extends Budget {
  readonly value: number | undefined;
  readonly met: boolean;
}

const grammar = /^(p\((\d+(?:\.\d+)?)\)|count|rate|value|max)(<=|>=|==|<|>)(-?\d+(?:\.\d+)?)$/;

function parseExpression(expression: string): {
  aggregate: string;
  percentile: number;
  operator: string;
  limit: number;
} {
  const match = grammar.exec(expression.replaceAll(" ", ""));
  if (!match) throw new Error(`"${expression}" is not a budget. Write it like p(99)<=250, rate==1 or count==0.`);
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

/**
 * Compares a budget with what was measured.
 * @throws Error when the budget's expression is not valid
 */
export function evaluateBudget(budget: Budget, values: MetricValues | undefined): BudgetResult {
  const { aggregate, percentile, operator, limit } = parseExpression(budget.expression);
  const value = aggregate.startsWith("p(")
    ? values?.percentile?.(percentile)
    : values?.[aggregate as "count" | "rate" | "value" | "max"];
  return { ...budget, value, met: value !== undefined && compare(value, operator, limit) };
}
