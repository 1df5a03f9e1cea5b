import { FileQuestion, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { ButtonLink } from "../components/Button.tsx";
import { ErrorMessage } from "../components/ErrorMessage.tsx";
import { RelativeTime } from "../components/RelativeTime.tsx";
import { DetailSkeleton } from "../components/Skeleton.tsx";
import { StateMessage } from "../components/StateMessage.tsx";
import { usePageTitle } from "../components/use-page-title.ts";
import { humanize } from "../format/humanize.ts";
import { entityPlural } from "../shell/navigation.ts";
import { RowAttention } from "../unsent/RowAttention.tsx";
import { UnsentMark } from "../unsent/UnsentMark.tsx";
import { useUnsent } from "../unsent/unsent.tsx";
import { Breadcrumb } from "./Breadcrumb.tsx";
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
} from "./catalog.ts";
import { DraftProvider, useDraftKeeper } from "./drafts.tsx";
import { EntityActions } from "./EntityActions.tsx";
import { History } from "./History.tsx";
import { InlineField } from "./InlineField.tsx";
import { PrivateMark } from "./PrivateMark.tsx";
import { PropertyList } from "./PropertyList.tsx";
import { listPath } from "./paths.ts";
import { useHeldRow } from "./use-held-row.ts";

type Props = { code: EntityCode; id: string; children?: (row: Row) => ReactNode };

function Gone({ code }: { code: EntityCode }) {
  const label = entityInfo(code).label.toLowerCase();
  usePageTitle("Not available");
  return (
    <div role="status">
      <StateMessage
        heading
        icon={FileQuestion}
        title={`This ${label} no longer exists or is not shared with you`}
        action={<ButtonLink to={listPath(code)}>All {entityPlural(code).toLowerCase()}</ButtonLink>}
      />
    </div>
  );
}

/** The page of one row: name, properties, long texts, and what the type adds as `children`. */
export function EntityDetail(props: Props) {
  return (
    <>
      {/* Beside what changes with the row's state: in it, a decision in the middle would close when the row goes. */}
      <RowAttention code={props.code} id={props.id} />
      <Content {...props} />
    </>
  );
}

function Content({ code, id, children }: Props) {
  const { status, row, error } = useHeldRow(code, id);
  const gone = status === "gone";
  const drafts = useDraftKeeper(gone);
  if (gone && !(row && drafts.open)) return <Gone code={code} />;
  if (!row) {
    return status === "error" ? (
      <ErrorMessage what={entityInfo(code).label} error={error} retry={() => window.location.reload()} />
    ) : (
      <DetailSkeleton />
    );
  }
  return (
    <DraftProvider drafts={drafts}>
      {gone ? <GoneWhileEditing code={code} /> : null}
      <Article code={code} row={row}>
        {children?.(row)}
      </Article>
    </DraftProvider>
  );
}

function GoneWhileEditing({ code }: { code: EntityCode }) {
  return (
    <p
      role="alert"
      className="flex items-start gap-2 border-line border-b bg-red-bg px-4 py-2.5 text-red-fg text-sm sm:px-6"
    >
      <TriangleAlert className="mt-0.5 size-4 shrink-0" aria-hidden="true" />
      This {entityInfo(code).label.toLowerCase()} was deleted or is no longer shared with you while you were editing it.
      Your text is kept below so that you can copy it; it can no longer be saved.
    </p>
  );
}

function Article({ code, row, children }: { code: EntityCode; row: Row; children: ReactNode }) {
  const label = labelColumn(code);
  const columns = entityInfo(code).columns.filter((entry) => !isSystemColumn(entry) && entry.name !== label?.name);
  const texts = columns.filter(isLongText);
  const properties = columns.filter((entry) => !isLongText(entry));
  usePageTitle(rowLabel(code, row));
  const unsent = useUnsent().get(`${code}/${row.id}`);
  return (
    <article className="grid lg:min-h-[calc(100dvh-3.25rem)] lg:grid-cols-[minmax(0,1fr)_20rem] lg:grid-rows-[auto_1fr] xl:grid-cols-[minmax(0,1fr)_23rem]">
      <header className="min-w-0 px-4 pt-5 sm:px-6">
        <div className="flex items-center justify-between gap-3">
          <Breadcrumb code={code} row={row} />
          <EntityActions code={code} row={row} />
        </div>
        <div className="max-w-3xl">
          {label && isEditable(label) ? (
            <InlineField key={row.id} code={code} row={row} column={label} heading />
          ) : (
            <h1 className="py-1.5 font-semibold text-xl tracking-tight">{rowLabel(code, row)}</h1>
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
            "Not at the server yet"
          )}
          {isPrivate(row) ? <PrivateMark /> : null}
          <UnsentMark state={unsent} />
        </p>
      </header>
      <aside
        aria-label="Properties"
        className="px-4 pt-5 sm:px-6 lg:col-start-2 lg:row-span-2 lg:row-start-1 lg:border-line lg:border-l lg:bg-canvas/60 lg:px-5 lg:py-5"
      >
        <h2 className="mb-2 font-semibold text-base max-lg:sr-only">Properties</h2>
        <PropertyList code={code} row={row} columns={properties} />
        <div className="max-lg:hidden">
          <History code={code} row={row} />
        </div>
      </aside>
      <div className="min-w-0 px-4 pb-8 sm:px-6">
        {texts.map((entry) => (
          <section key={entry.name} aria-label={humanize(entry.name)} className="mt-6 max-w-3xl">
            <h2 className="mb-1 font-semibold text-base">{humanize(entry.name)}</h2>
            {isEditable(entry) ? (
              <InlineField key={row.id} code={code} row={row} column={entry} />
            ) : (
              String(row[entry.name] ?? "")
            )}
          </section>
        ))}
        {children}
      </div>
    </article>
  );
}
