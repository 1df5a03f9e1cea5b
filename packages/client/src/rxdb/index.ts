export { type OpenOptions, openStore } from "./open-store.ts";
export { deleteStore, leaseStore, type StoreLease } from "./shared-stores.ts";
export { unsentOfOthers } from "./unsent-of-others.ts";
