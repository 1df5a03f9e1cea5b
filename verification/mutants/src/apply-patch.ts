import type { Patch } from "./mutant.ts";

/** @throws when the text to replace does not occur exactly once: the code has changed and the mutant must be updated */
export function applyPatch(source: string, { file, find, replace }: Patch): string {
  const times = source.split(find).length - 1;
  if (times !== 1)
    throw new Error(
      `${file} contains the text that a mutant replaces ${times} times instead of once: ${JSON.stringify(find)}`,
    );
  // A function, because a replacement text may contain $&.
  return source.replace(find, () => replace);
}
