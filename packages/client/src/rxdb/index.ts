export { type OpenOptions, openStore } from "./open-store.ts";
export { leaseStore, type StoreLease } from "./shared-stores.ts";
