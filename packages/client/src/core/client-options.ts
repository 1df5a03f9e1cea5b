import type { Clock } from "@heliograph/shared/clock";
import type { ListQuery } from "../api/list-query.ts";
import type { Probe } from "../connection/probe.ts";
import type { SocketFactory } from "../connection/socket.ts";
import type { FlushLock } from "../outbox/flush-lock.ts";
import type { Environment } from "../platform/environment.ts";
import type { Logger } from "../platform/logger.ts";
import type { GetToken } from "../platform/token-source.ts";
import type { EntityStore } from "../store/entity-store.ts";

export type HeliographOptions = {
  /** Address of the socket, `wss://…/ws/sync`; a path is resolved against the page. */
  readonly url: string;
  /** Address of the REST API without a slash at the end, `/api/v1` or with a host. */
  readonly apiUrl: string;
  /**
   * The current token, or null when nobody is signed in. It is asked for again for each connection and request. Lists
   * made before the first promise is kept have no organization as their container; give them `within`.
   */
  readonly getToken: GetToken;
  /**
   * Gets a new token for the same person, before the old one ends or after it; null when there is none, and rejects when
   * it cannot be had now, which is tried again (an `ApiError` of 401 or 403 counts as none). Asked for when the server
   * says that the token is about to expire, or has refused it, and `getToken` has no other. `getToken` should give it from
   * then on.
   */
  readonly renewToken?: () => Promise<string | null>;
  /** How long the server keeps a session without a socket, milliseconds; its SESSION_GRACE_MS. 60 000 when absent. */
  readonly sessionGraceMs?: number;
  /** The server wants another token than the one `getToken` gives. Called once per token. */
  readonly onAuthRequired?: () => void;
  /** Where rows are kept; in memory when absent. The caller closes it. */
  readonly store?: EntityStore;
  /** All tabs of the browser use one socket, where the browser can do that; true when absent. */
  readonly shareSocket?: boolean;
  /** Rows that are kept on the device, 20 000 when absent; beyond it those used longest ago are forgotten. */
  readonly maxRows?: number;
  /** Lets one of several clients on the same store send at a time; the browser's locks when absent. */
  readonly flushLock?: FlushLock;
  readonly logger?: Logger;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly fetch?: typeof fetch;
  readonly openSocket?: SocketFactory;
  readonly probe?: Probe;
  readonly environment?: Environment;
};

export type SubscribeOptions = {
  /** The ids name containers: every row of the type inside them, also rows yet to be created. */
  readonly within?: boolean;
};

export type ListOptions = ListQuery & {
  /** Container that keeps the list live; the organization of the token when absent, none when null. */
  readonly within?: string | null | undefined;
};
