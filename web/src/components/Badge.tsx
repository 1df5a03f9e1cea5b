import type { Tone } from "../entity/tone.ts";
import { toneOf } from "../entity/tone.ts";
import { humanize } from "../format/humanize.ts";

const tones: Record<Tone, string> = {
  gray: "bg-gray-bg text-gray-fg",
  blue: "bg-blue-bg text-blue-fg",
  green: "bg-green-bg text-green-fg",
  amber: "bg-amber-bg text-amber-fg",
  red: "bg-red-bg text-red-fg",
  violet: "bg-violet-bg text-violet-fg",
};

/** The value of an enumeration column: words carry the meaning, colour only repeats it. */
export function Badge({ column, value }: { column: string; value: string }) {
  return (
    <span
      className={`inline-flex h-5 items-center whitespace-nowrap rounded px-1.5 font-medium text-xs ${tones[toneOf(column, value)]}`}
    >
      {humanize(value)}
    </span>
  );
}
