import { useMemo } from "react";
import { type Column, column, type EntityCode } from "../catalog/catalog.ts";
import { listColumns } from "../catalog/list-columns.ts";
import { entityPlural } from "../catalog/navigation.ts";
import { Button } from "../components/Button.tsx";
import { LoadError } from "../feedback/LoadError.tsx";
import { ListSkeleton } from "../feedback/Skeleton.tsx";
import { EntityTable } from "./EntityTable.tsx";
import type { Rows } from "./use-rows.ts";

function chooseColumns(
  entityCode: EntityCode,
  names: string | undefined,
  without: string | undefined,
): readonly Column[] {
  if (names === undefined) {
    const usual = listColumns(entityCode).filter((entry) => entry.name !== without && entry.name !== "updated_ts");
    return usual.slice(0, 4);
  }
  return names
    .split(",")
    .map((name) => column(entityCode, name))
    .filter((entry) => entry !== undefined);
}

interface SectionRowsProps {
  entityCode: EntityCode;
  list: Rows;
  caption: string;
  /** The columns beside the label. Default: the first four list columns except `without`. */
  columns?: readonly string[];
  without?: string;
  /** The text in place of a table without rows. */
  empty?: string;
}

/** A framed table inside a page, with its own loading, empty and error states. */
export function SectionRows({ entityCode, list, caption, columns, without, empty = "None yet" }: SectionRowsProps) {
  const plural = entityPlural(entityCode);
  // Memoised by the names: callers pass a new array with each render, which would render every row again.
  const names = columns?.join(",");
  const shown = useMemo(() => chooseColumns(entityCode, names, without), [entityCode, names, without]);
  if (list.status === "error" && list.rows.length === 0) {
    return <LoadError what={plural} error={list.error} retry={list.refetch} />;
  }
  if (list.status === "loading" && list.rows.length === 0) {
    return (
      <div className="overflow-clip rounded-lg border border-line">
        <ListSkeleton rows={3} label={`Loading ${plural}…`} />
      </div>
    );
  }
  if (list.rows.length === 0) {
    return <p className="text-ink-3">{empty}</p>;
  }
  return (
    <div className="overflow-clip rounded-lg border border-line [&_tbody_tr:last-child]:border-b-0">
      <EntityTable entityCode={entityCode} rows={list.rows} caption={caption} columns={shown} compact />
      {list.hasMore ? (
        <div className="flex justify-center border-line border-t py-2">
          <Button size="sm" variant="ghost" onClick={list.loadMore}>
            Show more
          </Button>
        </div>
      ) : null}
    </div>
  );
}
