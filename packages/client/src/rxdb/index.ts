export { type OpenOptions, openStore } from "./open-store.ts";
export { deleteStore, leaseStore, type StoreLease } from "./store-lease.ts";
export { unsentWritesOfOthers } from "./unsent-writes-of-others.ts";
