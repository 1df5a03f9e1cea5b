import { memo, useRef } from "react";
import { Link } from "react-router";
import { type EntityCode, isPrivate, type Row, rowLabel } from "../catalog/catalog.ts";
import { entityPath } from "../catalog/paths.ts";
import { useLiveHighlight } from "../components/use-live-highlight.ts";
import { humanize } from "../format/humanize.ts";
import { UnsentMark } from "../unsent/UnsentMark.tsx";
import type { UnsentState } from "../unsent/UnsentProvider.tsx";
import { PrivateMark } from "../value/PrivateMark.tsx";
import { Value } from "../value/Value.tsx";
import { isNumeric, type Layout } from "./table-layout.ts";

interface Props {
  entityCode: EntityCode;
  row: Row;
  layout: Layout;
  compact: boolean;
  unsent: UnsentState | undefined;
}

/**
 * One row of a table. The link on the label covers the whole row: one tab stop for the keyboard and a large touch
 * target. Memoised, so that one change does not render a thousand rows.
 */
export const EntityRow = memo(function EntityRow({ entityCode, row, layout, compact, unsent }: Props) {
  const { placed, narrow } = layout;
  const line = useRef<HTMLTableRowElement>(null);
  const created = row["created_ts"];
  useLiveHighlight(line, row.$version, typeof created === "string" ? created : undefined);
  const [head, ...others] = placed.map(({ entry }) => entry);
  const when = others.find((entry) => entry.baseType === "date");
  return (
    <tr ref={line} className="relative border-line border-b hover:bg-hover">
      <td className={`py-2.5 pr-4 pl-4 ${compact ? "" : "sm:pl-6"}`}>
        <div className="flex min-w-0 items-center">
          <Link
            to={entityPath(entityCode, row.$id)}
            className="truncate font-medium text-ink after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-focus focus-visible:after:-outline-offset-2"
          >
            {rowLabel(entityCode, row)}
          </Link>
          {isPrivate(row) ? <PrivateMark /> : null}
          <UnsentMark state={unsent} />
        </div>
        <div className={`mt-1 flex min-w-0 items-center gap-2 text-ink-2 text-sm ${narrow}`}>
          {head && isNumeric(head) ? <span className="text-ink-3">{humanize(head.name)}</span> : null}
          {head ? <Value entry={head} row={row} links={false} /> : null}
          {when && row[when.name] ? <Value entry={when} row={row} links={false} /> : null}
        </div>
      </td>
      {placed.map(({ entry, className }, place) => (
        <td
          key={entry.name}
          className={`h-11 truncate pl-3 text-ink-2 ${place === placed.length - 1 ? (compact ? "pr-4" : "pr-4 sm:pr-6") : "pr-3"} ${isNumeric(entry) ? "text-right" : ""} ${className}`}
        >
          <Value entry={entry} row={row} />
        </td>
      ))}
    </tr>
  );
});
