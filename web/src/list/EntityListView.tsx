import { Inbox, Plus, SearchX } from "lucide-react";
import { useRef } from "react";
import { type EntityCode, entityInfo } from "../catalog/catalog.ts";
import { defaultSort, listColumns } from "../catalog/list-columns.ts";
import { entityPlural } from "../catalog/navigation.ts";
import { createPath } from "../catalog/paths.ts";
import { Button, ButtonLink } from "../components/Button.tsx";
import { PageHeader } from "../components/PageHeader.tsx";
import { LoadError } from "../feedback/LoadError.tsx";
import { ListSkeleton } from "../feedback/Skeleton.tsx";
import { StateMessage } from "../feedback/StateMessage.tsx";
import { toFilter } from "../filter/list-filter.ts";
import { StaleNote } from "../sync/StaleNote.tsx";
import { EntityTable } from "./EntityTable.tsx";
import { ListToolbar } from "./ListToolbar.tsx";
import { LoadMore } from "./LoadMore.tsx";
import { useListParams } from "./use-list-params.ts";
import { type Rows, useRows } from "./use-rows.ts";

/** Rows per page of a list; a screen shows about 20. */
const pageSize = 50;

/** The page that lists the rows of one type. */
export function EntityListView({ entityCode }: { entityCode: EntityCode }) {
  const info = entityInfo(entityCode);
  const plural = entityPlural(entityCode);
  const params = useListParams(entityCode, defaultSort(entityCode));
  const filter = toFilter(entityCode, params.status, params.filters);
  const filtered = params.q !== "" || Object.keys(filter).length > 0;
  const latest = useRows(entityCode, {
    limit: pageSize,
    sort: params.sort,
    ...(params.q && { q: params.q }),
    ...(Object.keys(filter).length > 0 && { filter }),
  });

  const list = useRowsWhileLoading(latest);

  const body = () => {
    if (list.status === "error" && list.rows.length === 0) {
      return <LoadError what={plural} error={list.error} retry={list.refetch} />;
    }
    if (list.status === "loading" && list.rows.length === 0) return <ListSkeleton label={`Loading ${plural}…`} />;
    if (list.rows.length > 0) {
      return (
        <>
          <EntityTable
            columns={listColumns(entityCode)}
            entityCode={entityCode}
            rows={list.rows}
            caption={plural}
            sort={params.sort}
            onSort={(sort) => params.set({ sort })}
          />
          {list.error ? <IncompleteListNotice plural={plural} retry={list.refetch} /> : null}
          {list.hasMore ? (
            <LoadMore loadMore={list.loadMore} shown={list.rows.length} />
          ) : list.error ? null : (
            <RowCount
              text={
                list.rows.length === 1 ? `1 ${info.label.toLowerCase()}` : `${list.rows.length} ${plural.toLowerCase()}`
              }
            />
          )}
        </>
      );
    }
    return filtered ? (
      <StateMessage
        icon={SearchX}
        title={`No matching ${plural.toLowerCase()}`}
        action={<Button onClick={params.clear}>Clear filters</Button>}
      >
        Try another search text or clear the filters.
      </StateMessage>
    ) : (
      <StateMessage
        icon={Inbox}
        title={`No ${plural.toLowerCase()} yet`}
        action={<ButtonLink to={createPath(entityCode)}>New {info.label.toLowerCase()}</ButtonLink>}
      >
        {info.comment}
      </StateMessage>
    );
  };

  return (
    <>
      <PageHeader
        title={plural}
        note={<StaleNote stale={list.rows.length > 0 && list.stale} />}
        actions={
          <ButtonLink to={createPath(entityCode)} variant="solid">
            <Plus className="size-4" aria-hidden="true" />
            <span>
              New<span className="hidden sm:inline"> {info.label.toLowerCase()}</span>
            </span>
          </ButtonLink>
        }
      />
      <ListToolbar entityCode={entityCode} params={params} plural={plural} />
      <div aria-busy={latest.status === "loading"}>{body()}</div>
    </>
  );
}

/**
 * Keeps the previous rows while another sort order or filter loads, so that the list is not blank after each keystroke.
 */
function useRowsWhileLoading(list: Rows): Rows {
  const previous = useRef(list.rows);
  const blank = list.status === "loading" && list.rows.length === 0;
  if (!blank) previous.current = list.rows;
  return blank ? { ...list, rows: previous.current, hasMore: false } : list;
}

/** Notice below rows whose latest refetch or next page failed. The client retries on its own. */
function IncompleteListNotice({ plural, retry }: { plural: string; retry: () => void }) {
  return (
    <p role="status" className="flex flex-wrap items-center gap-3 bg-amber-bg px-4 py-2 text-amber-fg text-sm sm:px-6">
      <span className="min-w-0 flex-1">
        Some {plural.toLowerCase()} could not be loaded, so this list may be out of date.
      </span>
      <Button size="sm" onClick={retry}>
        Try again
      </Button>
    </p>
  );
}

function RowCount({ text }: { text: string }) {
  return <p className="px-4 py-4 text-ink-3 text-sm sm:px-6">{text}</p>;
}
