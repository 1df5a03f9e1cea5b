import type { ReactNode } from "react";
import { toSearchParams } from "../api/list-query.ts";
import type { Recorder } from "./recorder.ts";

/** The lists that mounted views show, with their queries. */
export function ListsView({ recorder }: { recorder: Recorder }): ReactNode {
  const lists = recorder.client.inspection.lists();
  if (lists.length === 0) return <p className="empty">No mounted view shows a list.</p>;
  return (
    <table>
      <thead>
        <tr>
          <th>Entity</th>
          <th>Query</th>
          <th className="optional">Container</th>
          <th className="number">Rows</th>
          <th>State</th>
        </tr>
      </thead>
      <tbody>
        {lists.map((list) => {
          const { entityCode, query, within, id } = list.spec;
          const { status, items, hasMore, stale, error } = list.snapshot();
          return (
            <tr key={id}>
              <td>{entityCode}</td>
              <td className="mono wide">{String(toSearchParams(query)) || "all"}</td>
              <td className="mono optional">{within ?? "none, only its rows are live"}</td>
              <td className="number">
                {items.length}
                {hasMore ? "+" : ""}
              </td>
              <td>
                <span className={`tag ${status === "error" ? "no" : stale ? "maybe" : "yes"}`} title={error?.message}>
                  {status === "ready" && stale ? "stale" : status}
                </span>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
