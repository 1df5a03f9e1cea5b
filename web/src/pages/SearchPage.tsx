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

type Found = (code: EntityCode, count: number) => void;

function Results({ code, q, onFound }: { code: EntityCode; q: string; onFound: Found }) {
  const list = useRows(code, { q, limit: 5 });
  const settled = list.status !== "loading" || list.rows.length > 0;
  const count = list.rows.length;
  const failed = list.status === "error";
  useEffect(() => {
    if (settled) onFound(code, failed ? 1 : count);
  }, [code, settled, failed, count, onFound]);
  if (settled && count === 0 && !failed) return null;
  const plural = entityPlural(code);
  return (
    <section aria-label={plural} className="mb-7">
      <h2 className="mb-2 font-semibold">{plural}</h2>
      {settled ? <SectionRows code={code} list={list} caption={plural} /> : <ListSkeleton rows={2} />}
    </section>
  );
}

function ResultList({ q }: { q: string }) {
  const [counts, setCounts] = useState<Readonly<Record<string, number>>>({});
  const onFound = useCallback<Found>((code, count) => setCounts((before) => ({ ...before, [code]: count })), []);
  const answered = Object.keys(counts).length === searched.length;
  const nothing = answered && Object.values(counts).every((count) => count === 0);
  return (
    <div className="px-4 pb-10 sm:px-6">
      {nothing ? <StateMessage icon={SearchX} title={`Nothing found for “${q}”`} /> : null}
      {searched.map((code) => (
        <Results key={code} code={code} q={q} onFound={onFound} />
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
      {q ? <ResultList key={q} q={q} /> : <StateMessage icon={Search} title="Type above what you are looking for" />}
    </>
  );
}
