import type { ReactNode } from "react";
import { formatDuration } from "./format.ts";
import { type LagSummary, lagLimits } from "./lag-histogram.ts";

const width = 560;
const height = 132;
const floor = height - 18;
const top = 14;
const step = width / (lagLimits.length + 1);

/** Histogram of the lag from commit to screen. Each bar covers twice the time of the one before. */
export function LagChart({ summary }: { summary: LagSummary }): ReactNode {
  const most = Math.max(1, ...summary.counts);
  const label = `Lag from commit to screen of ${summary.total} changes: half took less than ${formatDuration(summary.p50)}.`;
  return (
    <svg className="lag" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      {summary.counts.map((count, index) => {
        const bar = count === 0 ? 2 : Math.max(4, ((floor - top) * count) / most);
        const limit = lagLimits[index];
        const middle = index * step + step / 2;
        return (
          <g key={limit ?? "more"}>
            <rect
              className={count === 0 ? "none" : undefined}
              x={index * step + 4}
              y={floor - bar}
              width={step - 8}
              height={bar}
              rx={2}
            />
            {count > 0 ? (
              <text className="value" x={middle} y={floor - bar - 4} textAnchor="middle">
                {count}
              </text>
            ) : null}
            <text className={index % 2 === 0 ? undefined : "between"} x={middle} y={height - 4} textAnchor="middle">
              {limit === undefined ? "more" : `<${shortMs(limit)}`}
            </text>
          </g>
        );
      })}
      {summary.total === 0 ? (
        <text x={width / 2} y={height / 2} textAnchor="middle">
          No change measured yet
        </text>
      ) : null}
    </svg>
  );
}

function shortMs(value: number): string {
  return value < 1_000 ? `${value} ms` : `${(value / 1_000).toFixed(1)} s`;
}
