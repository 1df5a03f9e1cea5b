export { type OpenOptions, openStore } from "./open-store.ts";
export { closeOtherStores, sharedStore } from "./shared-stores.ts";
