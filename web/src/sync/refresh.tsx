import { createContext, useContext } from "react";

/** `generation` changes with each wish to load again; pages that show lists follow it. */
export type Refresh = { readonly generation: number; readonly refresh: () => void };

export const RefreshContext = createContext<Refresh>({ generation: 0, refresh: () => {} });

export function useRefresh(): Refresh {
  return useContext(RefreshContext);
}
