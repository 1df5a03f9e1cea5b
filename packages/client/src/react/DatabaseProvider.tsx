import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { leaseStore } from "../rxdb/store-lease.ts";
import type { EntityStore } from "../store/entity-store.ts";

const StoreContext = createContext<EntityStore | undefined>(undefined);

export interface DatabaseProviderProps {
  /** Name of the database. Use one per user, so that users do not see the rows of others. */
  readonly name: string;
  /** Shown while the database opens. */
  readonly fallback?: ReactNode;
  readonly children: ReactNode;
}

/** Provides the local database of that name. Where the browser offers none (a private window), rows are in memory. */
export function DatabaseProvider({ name, fallback = null, children }: DatabaseProviderProps): ReactNode {
  const [opened, setOpened] = useState<{ name: string; store: EntityStore }>();
  useEffect(() => {
    let current = true;
    // Leases of one name share the store, so that React's double mount in development does not open it twice.
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
