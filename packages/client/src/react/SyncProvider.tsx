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
import { createHeliograph, type Heliograph } from "../core/client.ts";
import { consoleLogger, type Logger, silentLogger } from "../platform/logger.ts";
import { readTokenClaims } from "../platform/token-claims.ts";
import type { GetToken } from "../platform/token-source.ts";
import { useStore } from "./DatabaseProvider.tsx";

const ClientContext = createContext<Heliograph | undefined>(undefined);

export type SyncProviderProps = {
  /** Address of the socket; a path is resolved against the page. */
  readonly url: string;
  /** Address of the REST API without a slash at the end. */
  readonly apiUrl: string;
  /** May answer later; a client that is told at once starts sooner. Call `tokenChanged` of the client after a renewal. */
  readonly getToken: GetToken;
  /** Gets a new token for the same person; asked for a minute before the old one expires. */
  readonly renewToken?: () => Promise<string | null>;
  /** The session has ended; called once per token. */
  readonly onAuthRequired?: () => void;
  /** The browser's console in development, nothing otherwise. */
  readonly logger?: Logger;
  readonly children: ReactNode;
};

/** Connects everything inside to the server, with the store of the `DatabaseProvider` around it (else in memory). */
export function SyncProvider(props: SyncProviderProps): ReactNode {
  const { url, apiUrl, children } = props;
  const store = useStore();
  // Functions written inline change with every render; the client must not be rebuilt for that.
  const latest = useRef(props);
  useInsertionEffect(() => {
    latest.current = props;
  });
  const given = props.getToken();
  const token = typeof given === "string" ? given : null;
  const owner = useOwner(token);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another owner is a reason for another client, not an input
  const client = useMemo(
    () =>
      createHeliograph({
        url,
        apiUrl,
        ...(store ? { store } : {}),
        getToken: () => latest.current.getToken(),
        // Left out if there is none: an application that cannot renew is asked to sign in without a detour.
        ...(latest.current.renewToken ? { renewToken: async () => (await latest.current.renewToken?.()) ?? null } : {}),
        onAuthRequired: () => latest.current.onAuthRequired?.(),
        logger: latest.current.logger ?? defaultLogger(),
      }),
    [url, apiUrl, store, owner],
  );
  useEffect(() => {
    client.start();
    return () => client.stop();
  }, [client]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the token is the reason to run, not an input
  useEffect(() => client.tokenChanged(), [client, token]);
  return <ClientContext value={client}>{children}</ClientContext>;
}

/**
 * Who the client works for. Another person gets another client: what one has subscribed and listed is not the next
 * one's to see. Without a token it stays the last one, for whom signing in again continues where it stopped.
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
  if (!client) throw new Error("This hook needs a <SyncProvider> above the component. Remedy: wrap the application.");
  return client;
}

function defaultLogger(): Logger {
  // Bundlers that know no import.meta.env count as production.
  return import.meta.env?.DEV ? consoleLogger : silentLogger;
}
