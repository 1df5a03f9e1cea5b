import { Plus } from "lucide-react";
import { type ReactNode, useMemo } from "react";
import { type Column, column, type EntityCode, entityInfo, type Row } from "../catalog/catalog.ts";
import { defaultSort, listColumns } from "../catalog/list-columns.ts";
import { entityPlural } from "../catalog/navigation.ts";
import { createPath } from "../catalog/paths.ts";
import type { Relation } from "../catalog/relations.ts";
import { Button, ButtonLink } from "../components/Button.tsx";
import { ErrorMessage } from "../feedback/ErrorMessage.tsx";
import { ListSkeleton } from "../feedback/Skeleton.tsx";
import { EntityTable } from "./EntityTable.tsx";
import { type Rows, useRows } from "./use-rows.ts";

const pageSize = 10;

export function Section({ title, action, children }: { title: string; action?: ReactNode; children: ReactNode }) {
  return (
    <section aria-label={title} className="mt-8">
      <div className="mb-2 flex min-h-8 items-center justify-between gap-3">
        <h2 className="font-semibold text-base">{title}</h2>
        {action}
      </div>
      {children}
    </section>
  );
}

function chooseColumns(code: EntityCode, names: string | undefined, without: string | undefined): readonly Column[] {
  if (names === undefined) {
    const usual = listColumns(code).filter((entry) => entry.name !== without && entry.name !== "updated_ts");
    return usual.slice(0, 4);
  }
  return names
    .split(",")
    .map((name) => column(code, name))
    .filter((entry) => entry !== undefined);
}

type SectionRowsProps = {
  code: EntityCode;
  list: Rows;
  caption: string;
  /** The columns beside the name; default: the list's first four without `without`. */
  columns?: readonly string[];
  without?: string;
};

/** A framed table inside a page, with its own loading, empty and error states. */
export function SectionRows({ code, list, caption, columns, without }: SectionRowsProps) {
  const plural = entityPlural(code);
  // Chosen by their text: a caller's array is another one at each drawing, and would draw every row again.
  const names = columns?.join(",");
  const shown = useMemo(() => chooseColumns(code, names, without), [code, names, without]);
  if (list.status === "error" && list.rows.length === 0) {
    return <ErrorMessage what={plural} error={list.error} retry={list.refetch} />;
  }
  if (list.status === "loading" && list.rows.length === 0) {
    return (
      <div className="overflow-clip rounded-lg border border-line">
        <ListSkeleton rows={3} label={`Loading ${plural}…`} />
      </div>
    );
  }
  if (list.rows.length === 0) {
    return <p className="text-ink-3">None yet</p>;
  }
  return (
    <div className="overflow-clip rounded-lg border border-line [&_tbody_tr:last-child]:border-b-0">
      <EntityTable code={code} rows={list.rows} caption={caption} columns={shown} compact />
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

/** The rows of another type that point to this one, live. */
export function RelatedList({ relation, parent }: { relation: Relation; parent: Row }) {
  const { code, column: pointer, contained } = relation;
  const list = useRows(code, {
    filter: { [pointer.name]: parent.id },
    sort: defaultSort(code),
    limit: pageSize,
    ...(contained && { within: parent.id }),
  });
  const plural = entityPlural(code);
  const title =
    pointer.references === code && pointer.name.startsWith("parent_") ? `Sub${plural.toLowerCase()}` : plural;
  return (
    <Section
      title={title}
      action={
        <ButtonLink
          to={createPath(code, { [pointer.name]: parent.id })}
          size="sm"
          variant="ghost"
          aria-label={`Add ${entityInfo(code).label.toLowerCase()}`}
        >
          <Plus className="size-3.5" aria-hidden="true" /> Add
        </ButtonLink>
      }
    >
      <SectionRows code={code} list={list} without={pointer.name} caption={title} />
    </Section>
  );
}
