/** One of several parts of a list. The first has index 1. */
export interface Part {
  readonly index: number;
  readonly of: number;
}

/** Parses `K/N`, for example `2/3`. @throws Error with a message for the user */
export function readPart(text: string): Part {
  const [, index, of] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const part = { index: Number(index), of: Number(of) };
  if (!(part.index >= 1 && part.index <= part.of))
    throw new Error(`--part must be K/N with 1 <= K <= N, not "${text}".`);
  return part;
}

/** The items of a part: every `of`-th, so that adjacent slow items are spread over the parts. */
export function itemsOfPart<Item>(items: readonly Item[], { index, of }: Part): Item[] {
  return items.filter((_, position) => position % of === index - 1);
}
