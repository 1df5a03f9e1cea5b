import { formatMoment } from "../format/date.ts";
import { relativeTime } from "../format/relative-time.ts";
import { useNow } from "../format/use-now.ts";

/** Relative time such as "5 minutes ago", with the exact moment as tooltip and in `dateTime`. */
export function RelativeTime({ value, className }: { value: string; className?: string }) {
  const now = useNow();
  return (
    <time dateTime={value} title={formatMoment(value)} className={className}>
      {relativeTime(new Date(value).getTime(), now)}
    </time>
  );
}
