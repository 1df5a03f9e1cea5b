/** Places of the clone that this program runs from. */
import path from "node:path";

/** The top folder of the clone. */
export const repositoryRoot = path.dirname(path.dirname(import.meta.dirname));

/** What a clone keeps between runs and git ignores: the demo's data, secrets, caches. */
export const dataFolder = path.join(repositoryRoot, ".data");
