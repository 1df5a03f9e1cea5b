import { FileQuestion } from "lucide-react";
import type { ReactNode } from "react";
import {
  type EntityCode,
  entityInfo,
  isEditable,
  isLongText,
  isPrivate,
  isSystemColumn,
  labelColumn,
  type Row,
  rowLabel,
} from "../catalog/catalog.ts";
import { entityPlural } from "../catalog/navigation.ts";
import { listPath } from "../catalog/paths.ts";
import { ButtonLink } from "../components/Button.tsx";
import { RelativeTime } from "../components/RelativeTime.tsx";
import { usePageTitle } from "../components/use-page-title.ts";
import { GoneWhileEditing } from "../editing/GoneWhileEditing.tsx";
import { InlineField } from "../editing/InlineField.tsx";
import { DraftProvider, useOpenDrafts } from "../editing/open-drafts.tsx";
import { LoadError } from "../feedback/LoadError.tsx";
import { DetailSkeleton } from "../feedback/Skeleton.tsx";
import { StateMessage } from "../feedback/StateMessage.tsx";
import { humanize } from "../format/humanize.ts";
import { StaleNote } from "../sync/StaleNote.tsx";
import { RowAttention } from "../unsent/RowAttention.tsx";
import { UnsentMark } from "../unsent/UnsentMark.tsx";
import { useUnsent } from "../unsent/UnsentProvider.tsx";
import { PrivateMark } from "../value/PrivateMark.tsx";
import { Breadcrumb } from "./Breadcrumb.tsx";
import { EntityActions } from "./EntityActions.tsx";
import { History } from "./History.tsx";
import { PropertyList } from "./PropertyList.tsx";
import { useLastSeenRow } from "./use-last-seen-row.ts";

interface Props {
  entityCode: EntityCode;
  id: string;
  children?: (row: Row) => ReactNode;
}

function Gone({ entityCode }: { entityCode: EntityCode }) {
  const label = entityInfo(entityCode).label.toLowerCase();
  usePageTitle("Not available");
  return (
    <div role="status">
      <StateMessage
        heading
        icon={FileQuestion}
        title={`This ${label} was deleted or is not shared with you`}
        action={<ButtonLink to={listPath(entityCode)}>All {entityPlural(entityCode).toLowerCase()}</ButtonLink>}
      >
        If you should have access, ask an administrator of your organization.
      </StateMessage>
    </div>
  );
}

/** The page of one row: label, properties, long texts, and the content that its type adds as `children`. */
export function EntityDetail(props: Props) {
  return (
    <>
      {/* Outside Content: inside, an open dialog would close when the row is deleted. */}
      <RowAttention entityCode={props.entityCode} id={props.id} />
      <Content {...props} />
    </>
  );
}

function Content({ entityCode, id, children }: Props) {
  const { status, row, error, stale } = useLastSeenRow(entityCode, id);
  const gone = status === "gone";
  const drafts = useOpenDrafts(gone);
  if (gone && !(row && drafts.open)) return <Gone entityCode={entityCode} />;
  if (!row) {
    return status === "error" ? (
      <LoadError
        what={`This ${entityInfo(entityCode).label.toLowerCase()}`}
        error={error}
        retry={() => window.location.reload()}
      />
    ) : (
      <DetailSkeleton />
    );
  }
  return (
    <DraftProvider drafts={drafts}>
      {gone ? <GoneWhileEditing entityCode={entityCode} row={row} drafts={drafts} /> : null}
      <Article entityCode={entityCode} row={row} stale={stale && !gone}>
        {children?.(row)}
      </Article>
    </DraftProvider>
  );
}

interface ArticleProps {
  entityCode: EntityCode;
  row: Row;
  stale: boolean;
  children: ReactNode;
}

function Article({ entityCode, row, stale, children }: ArticleProps) {
  const label = labelColumn(entityCode);
  const columns = entityInfo(entityCode).columns.filter(
    (entry) => !isSystemColumn(entry) && entry.name !== label?.name,
  );
  const texts = columns.filter(isLongText);
  const properties = columns.filter((entry) => !isLongText(entry));
  usePageTitle(rowLabel(entityCode, row));
  const unsent = useUnsent().get(`${entityCode}/${row.$id}`);
  return (
    <article className="grid lg:min-h-[calc(100dvh-3.25rem)] lg:grid-cols-[minmax(0,1fr)_20rem] lg:grid-rows-[auto_auto_1fr] xl:grid-cols-[minmax(0,1fr)_23rem]">
      <header className="min-w-0 px-4 pt-5 sm:px-6">
        <div className="flex items-center justify-between gap-3">
          <Breadcrumb entityCode={entityCode} row={row} />
          <div className="ml-auto flex shrink-0 items-center gap-3">
            <StaleNote stale={stale} />
            <EntityActions entityCode={entityCode} row={row} />
          </div>
        </div>
        <div className="max-w-3xl">
          {label && isEditable(label) ? (
            <InlineField key={row.$id} entityCode={entityCode} row={row} column={label} heading />
          ) : (
            <h1 className="py-1.5 font-semibold text-xl tracking-tight">{rowLabel(entityCode, row)}</h1>
          )}
        </div>
        <p className="mt-0.5 flex flex-wrap items-center text-ink-3 text-sm">
          {row["updated_ts"] ? (
            <>
              Updated&nbsp;
              <RelativeTime value={String(row["updated_ts"])} />
              &nbsp;· created&nbsp;
              <RelativeTime value={String(row["created_ts"])} />
            </>
          ) : (
            "Not saved on the server yet"
          )}
          {isPrivate(row) ? <PrivateMark /> : null}
          <UnsentMark state={unsent} />
        </p>
      </header>
      <aside
        aria-label="Properties"
        className="px-4 pt-5 sm:px-6 lg:col-start-2 lg:row-span-2 lg:row-start-1 lg:border-line lg:border-l lg:bg-canvas/60 lg:px-5 lg:pt-5 lg:pb-6"
      >
        <h2 className="mb-2 font-semibold text-base max-lg:sr-only">Properties</h2>
        <PropertyList entityCode={entityCode} row={row} columns={properties} />
      </aside>
      <div className="min-w-0 px-4 pb-8 sm:px-6 lg:col-start-1 lg:row-span-2 lg:row-start-2">
        {texts.map((entry) => (
          <section key={entry.name} aria-label={humanize(entry.name)} className="mt-6 max-w-3xl">
            <h2 className="mb-1 font-semibold text-base">{humanize(entry.name)}</h2>
            {isEditable(entry) ? (
              <InlineField key={row.$id} entityCode={entityCode} row={row} column={entry} />
            ) : (
              String(row[entry.name] ?? "")
            )}
          </section>
        ))}
        {children}
      </div>
      {/* Last in a narrow window, where the page has one column; below the properties in a wide one. */}
      <History
        entityCode={entityCode}
        row={row}
        className="mx-4 border-line border-t pt-5 pb-10 sm:mx-6 lg:col-start-2 lg:row-start-3 lg:mx-0 lg:border-t-0 lg:border-l lg:bg-canvas/60 lg:px-5 lg:pt-0 lg:pb-6"
      />
    </article>
  );
}
