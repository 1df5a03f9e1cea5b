import { Lock } from "lucide-react";
import { memo, useRef } from "react";
import { Link } from "react-router";
import { RelativeTime } from "../components/RelativeTime.tsx";
import { useLiveHighlight } from "../components/use-live-highlight.ts";
import { type Column, type EntityCode, isPrivate, type Row, rowLabel } from "./catalog.ts";
import { isNumeric, visibility } from "./list-columns.ts";
import { entityPath } from "./paths.ts";
import { Value } from "./Value.tsx";

export function PrivateMark() {
  return (
    <span className="ml-1.5 inline-flex align-[-2px] text-ink-3" title="Private">
      <Lock className="size-3.5" aria-hidden="true" />
      <span className="sr-only">Private</span>
    </span>
  );
}

type Props = { code: EntityCode; row: Row; columns: readonly Column[]; compact: boolean };

/**
 * One line of a list. The link on the name covers the whole line, so that there is one thing to reach with the
 * keyboard and the whole line to press with a finger. Memoised: one change must not draw a thousand rows.
 */
export const EntityRow = memo(function EntityRow({ code, row, columns, compact }: Props) {
  const line = useRef<HTMLTableRowElement>(null);
  const created = row["created_ts"];
  useLiveHighlight(line, row["version"], typeof created === "string" ? created : undefined);
  const updated = row["updated_ts"];
  return (
    <tr ref={line} className="relative border-line border-b hover:bg-hover">
      <td className={`py-2.5 pr-4 pl-4 ${compact ? "" : "sm:pl-6"}`}>
        <div className="flex min-w-0 items-center">
          <Link
            to={entityPath(code, row.id)}
            className="truncate font-medium text-ink after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-focus focus-visible:after:-outline-offset-2"
          >
            {rowLabel(code, row)}
          </Link>
          {isPrivate(row) ? <PrivateMark /> : null}
        </div>
        <div className="mt-1 flex min-w-0 items-center gap-2 text-ink-2 text-sm sm:hidden">
          {columns.slice(0, 1).map((entry) => (
            <Value key={entry.name} entry={entry} row={row} links={false} />
          ))}
          {columns
            .filter((entry) => entry.baseType === "date")
            .slice(0, 1)
            .map((entry) => (
              <Value key={entry.name} entry={entry} row={row} links={false} />
            ))}
        </div>
      </td>
      {columns.map((entry, place) => (
        <td
          key={entry.name}
          className={`h-11 truncate px-3 text-ink-2 ${isNumeric(entry) ? "text-right" : ""} ${visibility[place] ?? "hidden"}`}
        >
          <Value entry={entry} row={row} />
        </td>
      ))}
      {compact ? null : (
        <td className="hidden h-11 truncate pr-6 pl-3 text-ink-3 text-sm lg:table-cell">
          {typeof updated === "string" ? <RelativeTime value={updated} /> : null}
        </td>
      )}
    </tr>
  );
});
