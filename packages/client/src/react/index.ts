export { DatabaseProvider, type DatabaseProviderProps, useStore } from "./DatabaseProvider.tsx";
export { SyncProvider, type SyncProviderProps, useClient } from "./SyncProvider.tsx";
export { useAutoSubscribe } from "./use-auto-subscribe.ts";
export { type EntityResult, useEntity } from "./use-entity.ts";
export { type EntityListResult, useEntityList, useEntityList as useEntityQuery } from "./use-entity-list.ts";
export { type Mutation, useMutation } from "./use-mutation.ts";
export { type Sync, useSync } from "./use-sync.ts";
export { useSyncStatus } from "./use-sync-status.ts";
