import { type EntityKey, entityKey } from "@heliograph/shared/entity-key";
import { type ReactNode, useEffect, useState } from "react";
import type { StoredEntity } from "../store/entity-store.ts";
import type { Phase, Target } from "../subscriptions/subscription-set.ts";
import { FilterField } from "./FilterField.tsx";
import { formatTime } from "./format.ts";
import type { Recorder } from "./recorder.ts";

/** Number of rows in the table. The filter finds the others. */
const maxShown = 200;

const phaseTexts: Record<Phase, { readonly text: string; readonly tone: "yes" | "maybe" | "no" }> = {
  held: { text: "live", tone: "yes" },
  wanted: { text: "not sent yet", tone: "maybe" },
  asked: { text: "requested", tone: "maybe" },
  refused: { text: "refused", tone: "no" },
  failed: { text: "failed", tone: "no" },
};

export interface RowsViewProps {
  readonly recorder: Recorder;
  readonly onWhy: (entityCode: string, entityId: string) => void;
}

/** The subscriptions, and the stored version of each row. */
export function RowsView({ recorder, onWhy }: RowsViewProps): ReactNode {
  const [text, setText] = useState("");
  const wanted = text.trim().toLowerCase();
  const all = recorder.client.subscriptions();
  const found = all.filter(
    ({ target }) => wanted === "" || `${target.entityCode} ${target.entityId}`.toLowerCase().includes(wanted),
  );
  const shown = found.slice(0, maxShown);
  const held = useStoredRows(
    recorder,
    JSON.stringify(shown.flatMap(({ target }) => (target.container ? [] : [keyOf(target)]))),
  );
  return (
    <>
      <div className="tools">
        <FilterField value={text} onChange={setText} placeholder="Entity code or id" label="Filter rows" />
        <span className="tag">
          {found.length} of {all.length} subscriptions
        </span>
      </div>
      {shown.length === 0 ? (
        <p className="empty">{wanted ? "No subscription matches." : "There is no subscription."}</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th>Entity</th>
              <th>Row</th>
              <th>Subscription</th>
              <th className="number">Version</th>
              <th className="optional">Committed</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ target, phase }) => {
              const row = held.get(keyOf(target));
              return (
                <tr key={`${target.container}${keyOf(target)}`}>
                  <td>{target.entityCode}</td>
                  <td className="mono wide">
                    {target.container ? (
                      `within ${target.entityId}`
                    ) : (
                      <button type="button" className="link" onClick={() => onWhy(target.entityCode, target.entityId)}>
                        {target.entityId}
                      </button>
                    )}
                  </td>
                  <td>
                    <span className={`tag ${phaseTexts[phase].tone}`}>{phaseTexts[phase].text}</span>
                  </td>
                  <td className="mono number">{target.container ? "" : versionText(row)}</td>
                  <td className="mono optional">{row && !row.gone ? formatTime(row.ver / 1_000) : ""}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </>
  );
}

/** @param keys a JSON array, which is equal for equal keys */
function useStoredRows(recorder: Recorder, keys: string): ReadonlyMap<EntityKey, StoredEntity> {
  const [held, setHeld] = useState<ReadonlyMap<EntityKey, StoredEntity>>(new Map());
  useEffect(() => {
    let current = true;
    const { store } = recorder.client;
    const read = async () => {
      const rows = await store.read(JSON.parse(keys) as EntityKey[]).catch(() => undefined);
      if (current && rows) setHeld(rows);
    };
    void read();
    const leave = store.onChange(() => void read());
    return () => {
      current = false;
      leave();
    };
  }, [recorder, keys]);
  return held;
}

function keyOf({ entityCode, entityId }: Target): EntityKey {
  return entityKey(entityCode, entityId);
}

function versionText(row: StoredEntity | undefined): string {
  if (!row) return "not stored";
  return row.gone ? "gone" : String(row.ver);
}
