export { type OpenOptions, openStore } from "./open-store.ts";
export { deleteStore, leaseStore, type StoreLease } from "./store-lease.ts";
export { unsentOfOthers } from "./unsent-writes-of-others.ts";
