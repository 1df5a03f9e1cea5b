import { scaleLinear, scaleUtc } from "d3-scale";
import { area, curveStepAfter, line } from "d3-shape";
import { type PointerEvent, useMemo, useRef, useState } from "react";
import { formatDay } from "../format/date.ts";
import type { BurnUpPoint } from "./burn-up.ts";
import { useWidth } from "./use-width.ts";

const height = 168;
const margin = { top: 8, right: 12, bottom: 22, left: 28 };
const monthAndDay = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" });

function dayText(day: number): string {
  return formatDay(new Date(day).toISOString().slice(0, 10));
}

interface Props {
  points: readonly BurnUpPoint[];
  /** Due date in ms since 1970, drawn as a vertical line. */
  due: number | undefined;
}

/**
 * Burn-up chart of total and finished tasks over time; the gap between the lines is the remaining work. Fills its
 * width.
 */
export function BurnUpChart({ points, due }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const [at, setAt] = useState<number>();
  const drawing = useMemo(() => draw(points, due, width), [points, due, width]);
  const last = points.at(-1);
  const shown = at === undefined ? undefined : points[at];
  const follow = (event: PointerEvent<SVGSVGElement>) => {
    if (!drawing) return;
    const moment = drawing.x.invert(event.nativeEvent.offsetX).getTime();
    const first = points[0]?.day ?? 0;
    setAt(Math.min(points.length - 1, Math.max(0, Math.floor((moment - first) / 86_400_000))));
  };
  return (
    <div ref={frame} className="relative">
      <svg
        role="img"
        aria-label={
          last ? `${last.done} of ${last.scope} tasks done, from ${dayText(points[0]?.day ?? 0)} to today` : ""
        }
        width={width}
        height={height}
        className="block"
        onPointerMove={follow}
        onPointerLeave={() => setAt(undefined)}
      >
        {drawing ? (
          <>
            {drawing.ticks.y.map((tick) => (
              <g key={tick} transform={`translate(0 ${drawing.y(tick)})`}>
                <line x1={margin.left} x2={width - margin.right} className="stroke-line" />
                <text x={margin.left - 7} dy="0.32em" textAnchor="end" className="fill-ink-3 text-2xs tabular-nums">
                  {tick}
                </text>
              </g>
            ))}
            {drawing.ticks.x.map((tick) => (
              <text
                key={tick.getTime()}
                x={drawing.x(tick)}
                y={height - 6}
                textAnchor="middle"
                className="fill-ink-3 text-2xs"
              >
                {monthAndDay.format(tick)}
              </text>
            ))}
            <path d={drawing.doneArea} className="fill-green-bg" />
            <path d={drawing.scopeLine} fill="none" strokeWidth="1.5" className="stroke-ink-3" />
            <path d={drawing.doneLine} fill="none" strokeWidth="2" className="stroke-ok" />
            {drawing.due === undefined ? null : (
              <g transform={`translate(${drawing.due} 0)`}>
                <line y1={margin.top} y2={height - margin.bottom} strokeDasharray="3 3" className="stroke-danger" />
                <text x={-4} y={margin.top + 9} textAnchor="end" className="fill-danger text-2xs">
                  due
                </text>
              </g>
            )}
            {shown ? (
              <g transform={`translate(${drawing.x(shown.day)} 0)`}>
                <line y1={margin.top} y2={height - margin.bottom} className="stroke-line-strong" />
                <circle cy={drawing.y(shown.scope)} r="3" className="fill-ink-3" />
                <circle cy={drawing.y(shown.done)} r="3.5" className="fill-ok" />
              </g>
            ) : null}
          </>
        ) : null}
      </svg>
      {shown && drawing ? (
        <p
          className="pointer-events-none absolute top-2 z-10 rounded-md border border-line bg-surface px-2 py-1 text-xs shadow-pop"
          style={
            drawing.x(shown.day) > width / 2
              ? { right: width - drawing.x(shown.day) + 10 }
              : { left: drawing.x(shown.day) + 10 }
          }
        >
          <span className="font-medium">{dayText(shown.day)}</span>
          <br />
          <span className="text-ink-2 tabular-nums">
            {shown.done} of {shown.scope} done
          </span>
        </p>
      ) : null}
    </div>
  );
}

/** Scales, lines and ticks for the data and width; undefined while there is no room to draw. */
function draw(points: readonly BurnUpPoint[], due: number | undefined, width: number) {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last || width < 120) return undefined;
  // One extra day, so that a project that started today shows a line and not a point.
  const end = Math.max(last.day + 86_400_000, due ?? 0);
  const x = scaleUtc([first.day, end], [margin.left, width - margin.right]);
  const top = Math.max(...points.map(({ scope }) => scope), 1);
  const y = scaleLinear([0, top], [height - margin.bottom, margin.top]).nice(4);
  const steps = [...points, { ...last, day: last.day + 86_400_000 }];
  const along = (value: (point: BurnUpPoint) => number) =>
    line<BurnUpPoint>()
      .x(({ day }) => x(day))
      .y((point) => y(value(point)))
      .curve(curveStepAfter)(steps) ?? "";
  const doneArea =
    area<BurnUpPoint>()
      .x(({ day }) => x(day))
      .y0(y(0))
      .y1(({ done }) => y(done))
      .curve(curveStepAfter)(steps) ?? "";
  return {
    x,
    y,
    scopeLine: along(({ scope }) => scope),
    doneLine: along(({ done }) => done),
    doneArea,
    due: due === undefined ? undefined : x(due),
    ticks: {
      x: x
        .ticks(Math.max(2, Math.floor(width / 90)))
        .filter((tick) => x(tick) > margin.left + 16 && x(tick) < width - 24),
      y: y.ticks(4).filter(Number.isInteger),
    },
  };
}
