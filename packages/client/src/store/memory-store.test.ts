import { testStoreContract } from "../testing/store-contract.ts";
import { createMemoryStore } from "./memory-store.ts";

testStoreContract("memory", async () => createMemoryStore());
