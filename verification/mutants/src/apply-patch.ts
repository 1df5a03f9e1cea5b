import type { Patch } from "./mutant.ts";

/** @throws when the text to replace is not there exactly once: code has moved on, and the mutant has to be looked at */
export function applyPatch(source: string, { file, find, replace }: Patch): string {
  const times = source.split(find).length - 1;
  if (times !== 1) throw new Error(`${file} contains ${times} times what a mutant replaces: ${JSON.stringify(find)}`);
  // A function, because a replacement text may contain $&.
  return source.replace(find, () => replace);
}
