import { hasTone, type Tone, toneOf } from "../catalog/tone.ts";
import { humanize } from "../format/humanize.ts";

const tones: Record<Tone, string> = {
  gray: "bg-gray-bg text-gray-fg",
  blue: "bg-blue-bg text-blue-fg",
  green: "bg-green-bg text-green-fg",
  amber: "bg-amber-bg text-amber-fg",
  red: "bg-red-bg text-red-fg",
  violet: "bg-violet-bg text-violet-fg",
};

const bars: Readonly<Record<string, number>> = { low: 1, medium: 2, high: 3, urgent: 3, critical: 3 };

/** A priority as rising bars. Less prominent than a badge, so that the status beside it stands out. */
function Priority({ value }: { value: string }) {
  const count = bars[value] ?? 0;
  const alarm = value === "urgent" || value === "critical";
  return (
    <span
      className={`inline-flex items-center gap-1.5 whitespace-nowrap align-top ${alarm ? "font-medium text-danger" : ""}`}
    >
      <svg viewBox="0 0 14 12" className="h-3 w-3.5 shrink-0" aria-hidden="true">
        {[1, 2, 3].map((bar) => (
          <rect
            key={bar}
            x={(bar - 1) * 5}
            y={12 - bar * 4}
            width="3.2"
            height={bar * 4}
            rx="0.8"
            fill="currentColor"
            opacity={bar <= count ? 1 : 0.25}
          />
        ))}
      </svg>
      {humanize(value)}
    </span>
  );
}

/** The value of an enum column. The text carries the meaning; the colour only repeats it. */
export function Badge({ column, value }: { column: string; value: string }) {
  if (column === "priority") return <Priority value={value} />;
  if (!hasTone(column)) return <span>{humanize(value)}</span>;
  return (
    <span
      className={`my-px inline-flex h-5 items-center whitespace-nowrap rounded px-1.5 align-top font-medium text-xs ${tones[toneOf(value)]}`}
    >
      {humanize(value)}
    </span>
  );
}
