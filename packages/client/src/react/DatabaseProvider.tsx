import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { leaseStore } from "../rxdb/store-lease.ts";
import type { EntityStore } from "../store/entity-store.ts";

const StoreContext = createContext<EntityStore | undefined>(undefined);

export type DatabaseProviderProps = {
  /** Name of the database: one per user, so that nobody sees what another left behind. */
  readonly name: string;
  /** Shown during the moment that opening takes. */
  readonly fallback?: ReactNode;
  readonly children: ReactNode;
};

/** Opens the local database for everything inside; without one (private window, say) rows are kept in memory. */
export function DatabaseProvider({ name, fallback = null, children }: DatabaseProviderProps): ReactNode {
  const [opened, setOpened] = useState<{ name: string; store: EntityStore }>();
  useEffect(() => {
    let current = true;
    // Shared by name: React's double mount in development must not open the database twice.
    const lease = leaseStore(name);
    void lease.store.then((store) => {
      if (current) setOpened({ name, store });
    });
    return () => {
      current = false;
      setOpened(undefined);
      lease.release();
    };
  }, [name]);
  if (opened?.name !== name) return fallback;
  return <StoreContext value={opened.store}>{children}</StoreContext>;
}

/** The store of the nearest `DatabaseProvider`, or undefined. */
export function useStore(): EntityStore | undefined {
  return useContext(StoreContext);
}
