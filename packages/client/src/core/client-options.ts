import type { Clock } from "@heliograph/shared/clock";
import type { EntityCatalog } from "../api/entity-ids.ts";
import type { ListQuery } from "../api/list-query.ts";
import type { Probe } from "../connection/probe.ts";
import type { SocketFactory } from "../connection/socket.ts";
import type { FlushLock } from "../outbox/flush-lock.ts";
import type { Environment } from "../platform/environment.ts";
import type { Logger } from "../platform/logger.ts";
import type { GetToken } from "../platform/token-source.ts";
import type { EntityStore } from "../store/entity-store.ts";

export interface HeliographOptions {
  /** Address of the socket, `wss://…/ws/sync`; a path is resolved against the page. */
  readonly url: string;
  /** Address of the REST API without a slash at the end, `/api/v1` or with a host. */
  readonly apiUrl: string;
  /**
   * The current token, or null without a signed-in user. Called for each connection and request. Lists that are created
   * before its first promise resolves have no organization as their container; give them `within`.
   */
  readonly getToken: GetToken;
  /**
   * Gets a new token for the same user, before or after the old one expires. Resolves to null when there is none. Rejects
   * when it fails for now, and is then retried (an `ApiError` of 401 or 403 counts as null). Called when the server says
   * that the token is about to expire or refuses it, and `getToken` returns no other. From then on `getToken` should return
   * the new token.
   */
  readonly renewToken?: () => Promise<string | null>;
  /** How long the server keeps a session without a socket, milliseconds; its SESSION_GRACE_MS. 60 000 when absent. */
  readonly sessionGraceMs?: number;
  /** The server refuses the token that `getToken` returns. Called once per token. */
  readonly onAuthRequired?: () => void;
  /** Where rows are stored; in memory when absent. The caller closes it. */
  readonly store?: EntityStore;
  /** Whether all tabs of the browser share one socket, where the browser supports it; true when absent. */
  readonly shareSocket?: boolean;
  /** Most rows kept on the device, 20 000 when absent; beyond it the least recently used are evicted. */
  readonly maxRows?: number;
  /** Lets one of several clients on the same store send at a time; Web Locks when absent. */
  readonly flushLock?: FlushLock;
  /**
   * The keys of the entity types; the generated `entityCatalog` fits. A type that is not in it is taken for one with a uuid
   * column `id` as its key, which matters for rows that are created here.
   */
  readonly entityTypes?: EntityCatalog;
  readonly logger?: Logger;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly fetch?: typeof fetch;
  readonly openSocket?: SocketFactory;
  readonly probe?: Probe;
  readonly environment?: Environment;
}

export type SubscribeOptions = {
  /** The ids name containers: subscribes to every row of the entity type inside them, also rows created later. */
  readonly within?: boolean;
};

export type ListOptions = ListQuery & {
  /** Container that keeps the list live; the organization of the token when absent, none when null. */
  readonly within?: string | null | undefined;
};
