import { useParams, useSearchParams } from "react-router";
import { type EntityCode, entityInfo, isEntityCode } from "../catalog/catalog.ts";
import { formColumns } from "../catalog/form.ts";
import { PageHeader } from "../components/PageHeader.tsx";
import { CreateForm } from "../editing/CreateForm.tsx";
import { deferred } from "../feedback/deferred.tsx";
import { DetailSkeleton } from "../feedback/Skeleton.tsx";
import { EntityListView } from "../list/EntityListView.tsx";
import { NotFoundPage } from "./NotFoundPage.tsx";

const RecordDetail = deferred(
  async () => (await import("../detail/RecordDetail.tsx")).RecordDetail,
  <DetailSkeleton />,
);

/** The entity type in the URL, or the fixed one of the route. */
function useEntityCode(fixed?: EntityCode): EntityCode | undefined {
  const { entityCode } = useParams();
  if (fixed) return fixed;
  return isEntityCode(entityCode) ? entityCode : undefined;
}

export function ListPage({ entityCode: fixed }: { entityCode?: EntityCode }) {
  const entityCode = useEntityCode(fixed);
  // The key remounts the list for another type; without it, rows of the previous type would show in the new columns.
  return entityCode ? <EntityListView key={entityCode} entityCode={entityCode} /> : <NotFoundPage />;
}

export function CreatePage({ entityCode: fixed }: { entityCode?: EntityCode }) {
  const entityCode = useEntityCode(fixed);
  const [params] = useSearchParams();
  if (!entityCode) return <NotFoundPage />;
  const names = formColumns(entityCode).map((entry) => entry.name);
  const initial = Object.fromEntries(names.map((name) => [name, params.get(name) ?? ""]));
  return (
    <>
      <PageHeader title={`New ${entityInfo(entityCode).label.toLowerCase()}`} />
      <CreateForm key={entityCode} entityCode={entityCode} initial={initial} />
    </>
  );
}

/** The page of a row whose type has no page of its own: its properties and related rows. */
export function DetailPage() {
  const entityCode = useEntityCode();
  const { id } = useParams();
  return entityCode && id ? <RecordDetail entityCode={entityCode} id={id.toLowerCase()} /> : <NotFoundPage />;
}
