import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useInsertionEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import type { EntityCatalog } from "../api/entity-ids.ts";
import { createHeliograph, type Heliograph } from "../core/client.ts";
import { consoleLogger, type Logger, silentLogger } from "../platform/logger.ts";
import { readTokenClaims } from "../platform/token-claims.ts";
import type { GetToken } from "../platform/token-source.ts";
import { useStore } from "./DatabaseProvider.tsx";

const ClientContext = createContext<Heliograph | undefined>(undefined);

export interface SyncProviderProps {
  /** Address of the socket; a path is resolved against the page. */
  readonly url: string;
  /** Address of the REST API without a trailing slash. */
  readonly apiUrl: string;
  /** Returns the current token, or null while signed out; also as a promise, which makes the client start later. */
  readonly getToken: GetToken;
  /** Gets a new token for the same user; called a minute before the old one expires. */
  readonly renewToken?: () => Promise<string | null>;
  /** The user has to sign in; called once per token. */
  readonly onAuthRequired?: () => void;
  /** The keys of the entity types; the generated `entityCatalog` fits. Read once per client. */
  readonly entityTypes?: EntityCatalog;
  /** Receives log lines. Default: the browser's console in development, none otherwise. */
  readonly logger?: Logger;
  readonly children: ReactNode;
}

/** Provides a connected client, with the store of the nearest `DatabaseProvider`, or in memory without one. */
export function SyncProvider(props: SyncProviderProps): ReactNode {
  const { url, apiUrl, children } = props;
  const store = useStore();
  // Functions written inline change with every render. The client must not be rebuilt for that.
  const latest = useRef(props);
  useInsertionEffect(() => {
    latest.current = props;
  });
  const given = props.getToken();
  const token = typeof given === "string" ? given : null;
  const owner = useOwner(token);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another owner needs another client, which does not read it
  const client = useMemo(
    () =>
      createHeliograph({
        url,
        apiUrl,
        ...(store ? { store } : {}),
        getToken: () => latest.current.getToken(),
        // Omitted if absent, so that the client of an application that cannot renew asks for a sign-in at once.
        ...(latest.current.renewToken ? { renewToken: async () => (await latest.current.renewToken?.()) ?? null } : {}),
        onAuthRequired: () => latest.current.onAuthRequired?.(),
        ...(latest.current.entityTypes ? { entityTypes: latest.current.entityTypes } : {}),
        logger: latest.current.logger ?? defaultLogger(),
      }),
    [url, apiUrl, store, owner],
  );
  useEffect(() => {
    client.start();
    return () => client.stop();
  }, [client]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when the token changes, and does not read it
  useEffect(() => client.tokenChanged(), [client, token]);
  return <ClientContext value={client}>{children}</ClientContext>;
}

/**
 * The user that the client belongs to. Another user gets another client, because they must not see the subscriptions and
 * lists of the previous one. Without a token it stays the last user, who continues with the same client after signing in.
 */
function useOwner(token: string | null): string | undefined {
  const { personId, organizationId } = readTokenClaims(token);
  const present = personId === undefined ? undefined : `${personId}/${organizationId ?? ""}`;
  const [owner, setOwner] = useState(present);
  if (present === undefined || present === owner) return owner;
  setOwner(present);
  return present;
}

/** The client of the nearest `SyncProvider`. */
export function useClient(): Heliograph {
  const client = useContext(ClientContext);
  if (!client)
    throw new Error("This hook needs a <SyncProvider> above the component. Remedy: wrap the application in one.");
  return client;
}

function defaultLogger(): Logger {
  // A bundler without import.meta.env counts as production.
  return import.meta.env?.DEV ? consoleLogger : silentLogger;
}
