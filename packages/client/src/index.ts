export type { Clock } from "@heliograph/shared/clock";
export { type EntityKey, entityKey } from "@heliograph/shared/entity-key";
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
export type { EntityCatalog, EntityTypeInfo } from "./api/entity-ids.ts";
export type { Condition, Filter, ListQuery } from "./api/list-query.ts";
export type { Columns, Entity, EntityCode, EntityDoc, EntityMap, Register } from "./api/register.ts";
export type { Socket, SocketFactory, SocketHandlers } from "./connection/socket.ts";
export { createHeliograph, type Heliograph } from "./core/client.ts";
export type { HeliographOptions, ListOptions, SubscribeOptions } from "./core/client-options.ts";
export type { EntityResource, EntitySnapshot } from "./core/entity-resource.ts";
export type { ListSnapshot } from "./lists/list-snapshot.ts";
export type { LiveList } from "./lists/live-list.ts";
export type { ConflictChoice } from "./outbox/attention-resolver.ts";
export type { Mutations, Written } from "./outbox/mutations.ts";
export type { Outbox } from "./outbox/outbox.ts";
export type { AttentionItem, AttentionSnapshot, OutboxEntry, OutboxSnapshot } from "./outbox/outbox-snapshots.ts";
export type { Environment, EnvironmentEvent } from "./platform/environment.ts";
export { consoleLogger, type Logger, silentLogger } from "./platform/logger.ts";
export type { GetToken } from "./platform/token-source.ts";
export type { SyncState, SyncStatus } from "./status/sync-status.ts";
export type { EntityData } from "./store/entity-data.ts";
export type {
  EntityStore,
  GoneMark,
  OperationChange,
  ServerRow,
  StoredEntity,
  StoredList,
} from "./store/entity-store.ts";
export { createMemoryStore } from "./store/memory-store.ts";
export type { Operation, OperationKind, Reason } from "./store/operation.ts";
