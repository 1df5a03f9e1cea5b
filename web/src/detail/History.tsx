import type { EntityCode, Row } from "../catalog/catalog.ts";
import { deferred } from "../feedback/deferred.tsx";
import { HistorySkeleton } from "./HistorySkeleton.tsx";

const HistoryEntries = deferred(async () => (await import("./HistoryEntries.tsx")).HistoryEntries, <HistorySkeleton />);

/** The history section of a row's page. */
export function History({ entityCode, row, className }: { entityCode: EntityCode; row: Row; className: string }) {
  return (
    <section aria-label="History" className={className}>
      <h2 className="mb-2.5 font-semibold text-base">History</h2>
      <HistoryEntries entityCode={entityCode} row={row} />
    </section>
  );
}
