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

/** The type that the address names, or the one that the route stands for. */
function useCode(fixed?: EntityCode): EntityCode | undefined {
  const { entityCode } = useParams();
  if (fixed) return fixed;
  return isEntityCode(entityCode) ? entityCode : undefined;
}

export function ListPage({ entityCode: fixed }: { entityCode?: EntityCode }) {
  const entityCode = useCode(fixed);
  // The key starts another type afresh instead of showing its columns over the rows of the last one.
  return entityCode ? <EntityListView key={entityCode} entityCode={entityCode} /> : <NotFoundPage />;
}

export function CreatePage({ entityCode: fixed }: { entityCode?: EntityCode }) {
  const entityCode = useCode(fixed);
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

/** Any type that has no page of its own: its properties, and the rows that belong to it. */
export function DetailPage() {
  const entityCode = useCode();
  const { id } = useParams();
  return entityCode && id ? <RecordDetail entityCode={entityCode} id={id.toLowerCase()} /> : <NotFoundPage />;
}
