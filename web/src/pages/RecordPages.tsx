import { useParams, useSearchParams } from "react-router";
import { type EntityCode, entityInfo, isEntityCode } from "../catalog/catalog.ts";
import { formColumns } from "../catalog/form.ts";
import { PageHeader } from "../components/PageHeader.tsx";
import { CreateForm } from "../editing/CreateForm.tsx";
import { later } from "../feedback/deferred.tsx";
import { DetailSkeleton } from "../feedback/Skeleton.tsx";
import { EntityListView } from "../list/EntityListView.tsx";
import { NotFoundPage } from "./NotFoundPage.tsx";

const RecordDetail = later(async () => (await import("../detail/RecordDetail.tsx")).RecordDetail, <DetailSkeleton />);

/** The type that the address names, or the one that the route stands for. */
function useCode(fixed?: EntityCode): EntityCode | undefined {
  const { code } = useParams();
  if (fixed) return fixed;
  return isEntityCode(code) ? code : undefined;
}

export function ListPage({ code: fixed }: { code?: EntityCode }) {
  const code = useCode(fixed);
  // The key starts another type afresh instead of showing its columns over the rows of the last one.
  return code ? <EntityListView key={code} code={code} /> : <NotFoundPage />;
}

export function CreatePage({ code: fixed }: { code?: EntityCode }) {
  const code = useCode(fixed);
  const [params] = useSearchParams();
  if (!code) return <NotFoundPage />;
  const names = formColumns(code).map((entry) => entry.name);
  const initial = Object.fromEntries(names.map((name) => [name, params.get(name) ?? ""]));
  return (
    <>
      <PageHeader title={`New ${entityInfo(code).label.toLowerCase()}`} />
      <CreateForm key={code} code={code} initial={initial} />
    </>
  );
}

/** Any type that has no page of its own: its properties, and the rows that belong to it. */
export function DetailPage() {
  const code = useCode();
  const { id } = useParams();
  return code && id ? <RecordDetail code={code} id={id.toLowerCase()} /> : <NotFoundPage />;
}
