import { useAttention, useOutbox } from "@heliograph/client/react";
import { createContext, type ReactNode, useContext, useMemo } from "react";

/** Unsent state of a row. pending: a change is to be sent. attention: a change needs a decision. */
export type UnsentState = "pending" | "attention";

const UnsentContext = createContext<ReadonlyMap<string, UnsentState>>(new Map());

/**
 * Provides which rows have unsent changes. One subscription serves all rows of a page; one per row would be a thousand
 * in a long list.
 */
export function UnsentProvider({ children }: { children: ReactNode }) {
  const { entries } = useOutbox();
  const { items } = useAttention();
  const rows = useMemo(() => {
    const states = new Map<string, UnsentState>();
    for (const { entityCode, entityId } of entries) states.set(`${entityCode}/${entityId}`, "pending");
    for (const { entityCode, entityId } of items) states.set(`${entityCode}/${entityId}`, "attention");
    return states;
  }, [entries, items]);
  return <UnsentContext.Provider value={rows}>{children}</UnsentContext.Provider>;
}

/** The unsent state of rows that have one, by `entityCode/entityId`. */
export function useUnsent(): ReadonlyMap<string, UnsentState> {
  return useContext(UnsentContext);
}
