/** Folders of the clone that this program runs from. */
import path from "node:path";

/** Root folder of the clone. */
export const repositoryRoot = path.dirname(path.dirname(import.meta.dirname));

/** Folder that a clone keeps between runs and git ignores: the demo's data, secrets, caches. */
export const dataFolder = path.join(repositoryRoot, ".data");
