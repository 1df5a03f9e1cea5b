import { useAttention, useOutbox } from "@heliograph/client/react";
import { createContext, type ReactNode, useContext, useMemo } from "react";

/** pending: waits to be sent. attention: waits for a decision. */
export type UnsentState = "pending" | "attention";

const UnsentContext = createContext<ReadonlyMap<string, UnsentState>>(new Map());

/**
 * Knows which rows show changes that the server does not have. One reader for all rows of a page: a list of a thousand
 * lines must not listen a thousand times.
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

/** The state by `entityCode/entityId`, for those that have one. */
export function useUnsent(): ReadonlyMap<string, UnsentState> {
  return useContext(UnsentContext);
}
