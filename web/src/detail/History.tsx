import type { EntityCode, Row } from "../catalog/catalog.ts";
import { later } from "../feedback/deferred.tsx";
import { HistorySkeleton } from "./HistorySkeleton.tsx";

const HistoryEntries = later(async () => (await import("./HistoryEntries.tsx")).HistoryEntries, <HistorySkeleton />);

/** The place of a row's history on its page. */
export function History({ code, row, className }: { code: EntityCode; row: Row; className: string }) {
  return (
    <section aria-label="History" className={className}>
      <h2 className="mb-2.5 font-semibold text-base">History</h2>
      <HistoryEntries code={code} row={row} />
    </section>
  );
}
