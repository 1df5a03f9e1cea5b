import { type Column, isMoney, isPercent, type Row } from "../catalog/catalog.ts";
import { RelativeTime } from "../components/RelativeTime.tsx";
import { formatDay, formatMoment, today } from "../format/date.ts";
import { formatMoney, formatNumber, formatPercent } from "../format/number.ts";
import { Badge } from "./Badge.tsx";
import { ReferenceLink, ReferenceText } from "./ReferenceLabel.tsx";

const finished = new Set([
  "done",
  "cancelled",
  "completed",
  "paid",
  "void",
  "reached",
  "resolved",
  "closed",
  "received",
]);

/** Whether the column is a due or end date that has passed while the row is still open. */
function isOverdue(entry: Column, row: Row): boolean {
  const value = row[entry.name];
  if (!/^(due|end)_on$/.test(entry.name) || typeof value !== "string") return false;
  const status = row["status"];
  return typeof status === "string" && !finished.has(status) && value < today();
}

/** A percentage as a bar, for comparing rows, and as a number. */
function ProgressValue({ percent }: { percent: number }) {
  return (
    <span className="inline-flex items-center gap-2 align-top">
      <svg
        className="h-1.5 w-14 overflow-hidden rounded-full"
        preserveAspectRatio="none"
        viewBox="0 0 100 1"
        aria-hidden="true"
      >
        <rect width="100" height="1" className="fill-line" />
        <rect width={Math.min(100, Math.max(0, percent))} height="1" className="fill-ok" />
      </svg>
      <span className="min-w-11 whitespace-nowrap text-right tabular-nums">{formatPercent(percent)}</span>
    </span>
  );
}

interface Props {
  entry: Column;
  row: Row;
  links?: boolean;
}

/** Formats one value of a row by the type of its column. An empty value is an en dash, announced as "empty". */
export function Value({ entry, row, links = true }: Props) {
  const value = row[entry.name];
  if (value === null || value === undefined || value === "") {
    return (
      <span className="text-ink-3">
        <span aria-hidden="true">–</span>
        <span className="sr-only">empty</span>
      </span>
    );
  }
  if (entry.references && typeof value === "string") {
    return links ? (
      <ReferenceLink entityCode={entry.references} id={value} />
    ) : (
      <ReferenceText entityCode={entry.references} id={value} />
    );
  }
  if (entry.name === "progress_percent") return <ProgressValue percent={Number(value)} />;
  if (isPercent(entry)) return <span className="whitespace-nowrap tabular-nums">{formatPercent(Number(value))}</span>;
  switch (entry.baseType) {
    case "enum":
      return <Badge column={entry.name} value={String(value)} />;
    case "boolean":
      return <span>{value === true ? "Yes" : "No"}</span>;
    case "date":
      return (
        <span className={`whitespace-nowrap tabular-nums ${isOverdue(entry, row) ? "font-medium text-danger" : ""}`}>
          {formatDay(String(value))}
          {isOverdue(entry, row) ? <span className="sr-only"> (overdue)</span> : null}
        </span>
      );
    case "timestamptz":
      return /^(updated|created)_ts$/.test(entry.name) ? (
        <RelativeTime value={String(value)} />
      ) : (
        <span className="whitespace-nowrap tabular-nums">{formatMoment(String(value))}</span>
      );
    case "int":
    case "bigint":
    case "float":
    case "numeric": {
      const currency = row["currency"];
      const text = isMoney(entry)
        ? formatMoney(String(value), typeof currency === "string" ? currency : null)
        : formatNumber(String(value));
      return <span className="whitespace-nowrap tabular-nums">{text}</span>;
    }
    case "json":
      return <code className="break-all font-mono text-xs">{JSON.stringify(value)}</code>;
    default:
      return <span className="break-words">{String(value)}</span>;
  }
}
