import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from "react";

interface Refresh {
  /** Increases with each refresh request; views refetch when it changes. */
  readonly generation: number;
  readonly refresh: () => void;
}

const RefreshContext = createContext<Refresh>({ generation: 0, refresh: () => {} });

/**
 * Lets the user refetch everything on screen by hand, which is the only way to see changes while sync is switched off.
 */
export function RefreshProvider({ children }: { children: ReactNode }) {
  const [generation, setGeneration] = useState(0);
  const refresh = useCallback(() => setGeneration((before) => before + 1), []);
  const value = useMemo(() => ({ generation, refresh }), [generation, refresh]);
  return <RefreshContext.Provider value={value}>{children}</RefreshContext.Provider>;
}

export function useRefresh(): Refresh {
  return useContext(RefreshContext);
}
