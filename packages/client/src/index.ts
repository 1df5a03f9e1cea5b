export {
  type ApiClient,
  type ApiClientConfig,
  type CallOptions,
  createApiClient,
  type HistoryItem,
  type ListPage,
  type Login,
  type Person,
  type WriteOptions,
} from "./api/api-client.ts";
export { ApiError, type ApiErrorInfo, ConflictError } from "./api/api-error.ts";
export type { Condition, Filter, ListQuery } from "./api/list-query.ts";
export { createHeliograph, type Heliograph } from "./client.ts";
export type { HeliographOptions, ListOptions, SubscribeOptions } from "./client-options.ts";
export { type Clock, systemClock } from "./clock.ts";
export type { Environment, EnvironmentEvent } from "./connection/environment.ts";
export type { Socket, SocketFactory, SocketHandlers } from "./connection/socket.ts";
export { type EntityKey, entityKey } from "./entity-key.ts";
export type { EntityResource, EntitySnapshot } from "./entity-resource.ts";
export type { ListSnapshot } from "./lists/list-snapshot.ts";
export type { LiveList } from "./lists/live-list.ts";
export { consoleLogger, type Logger, silentLogger } from "./logger.ts";
export type { Mutations, Written } from "./mutations.ts";
export type { Choice } from "./outbox/decisions.ts";
export type { LocalWrites } from "./outbox/local-writes.ts";
export type { Operation, OperationKind, Reason } from "./outbox/operation.ts";
export type { AttentionItem, AttentionSnapshot, OutboxEntry, OutboxSnapshot } from "./outbox/outbox-view.ts";
export type { Entity, EntityCode, EntityDoc, EntityMap, Register } from "./register.ts";
export type {
  EntityData,
  EntityStore,
  GoneMark,
  OperationChange,
  ServerRow,
  StoredEntity,
  StoredList,
} from "./store/entity-store.ts";
export { createMemoryStore } from "./store/memory-store.ts";
export type { SyncState, SyncStatus } from "./sync-status.ts";
export type { GetToken } from "./token-source.ts";
