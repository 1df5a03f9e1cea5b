import { Search, SearchX } from "lucide-react";
import { useCallback, useEffect, useState } from "react";
import { useSearchParams } from "react-router";
import { type EntityCode, isEntityCode } from "../catalog/catalog.ts";
import { entityPlural } from "../catalog/navigation.ts";
import { PageHeader } from "../components/PageHeader.tsx";
import { ListSkeleton } from "../feedback/Skeleton.tsx";
import { StateMessage } from "../feedback/StateMessage.tsx";
import { SectionRows } from "../list/SectionRows.tsx";
import { useRows } from "../list/use-rows.ts";

const searched = ["project", "task", "client", "contact", "employee", "document", "invoice"].filter(isEntityCode);

type Found = (entityCode: EntityCode, count: number) => void;

function Results({ entityCode, q, onFound }: { entityCode: EntityCode; q: string; onFound: Found }) {
  const list = useRows(entityCode, { q, limit: 5 });
  const settled = list.status !== "loading" || list.rows.length > 0;
  const count = list.rows.length;
  const failed = list.status === "error";
  useEffect(() => {
    if (settled) onFound(entityCode, failed ? 1 : count);
  }, [entityCode, settled, failed, count, onFound]);
  if (settled && count === 0 && !failed) return null;
  const plural = entityPlural(entityCode);
  return (
    <section aria-label={plural} className="mb-7">
      <h2 className="mb-2 font-semibold">{plural}</h2>
      {settled ? <SectionRows entityCode={entityCode} list={list} caption={plural} /> : <ListSkeleton rows={2} />}
    </section>
  );
}

function ResultList({ q }: { q: string }) {
  const [counts, setCounts] = useState<Readonly<Record<string, number>>>({});
  const onFound = useCallback<Found>(
    (entityCode, count) => setCounts((before) => ({ ...before, [entityCode]: count })),
    [],
  );
  const answered = Object.keys(counts).length === searched.length;
  const nothing = answered && Object.values(counts).every((count) => count === 0);
  return (
    <div className="px-4 pb-10 sm:px-6">
      {nothing ? <StateMessage icon={SearchX} title={`No results for “${q}”`} /> : null}
      {searched.map((entityCode) => (
        <Results key={entityCode} entityCode={entityCode} q={q} onFound={onFound} />
      ))}
    </div>
  );
}

export function SearchPage() {
  const [params] = useSearchParams();
  const q = params.get("q")?.trim() ?? "";
  return (
    <>
      <PageHeader title={q ? `Results for “${q}”` : "Search"} />
      {q ? <ResultList key={q} q={q} /> : <StateMessage icon={Search} title="Enter a search term in the field above" />}
    </>
  );
}
