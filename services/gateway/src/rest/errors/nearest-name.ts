/** Edit distance between two short names; `limit + 1` for any larger distance of lengths. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? limit + 1;
}

/** The known name nearest to a mistyped one; undefined if none is within two edits or a third of its letters. */
export function nearestName(wrong: string, known: Iterable<string>): string | undefined {
  // A PostgreSQL name has at most 63 bytes. A longer text is not a typing error, and comparing it would cost time.
  if (wrong.length > 63) return undefined;
  // Two edits cover swapped letters. In very short words that would match everything, so there one edit is the limit.
  const limit = Math.max(wrong.length > 3 ? 2 : 1, Math.floor(wrong.length / 3));
  const lowered = wrong.toLowerCase();
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const name of known) {
    const found = distance(lowered, name, limit);
    if (found < bestDistance) [best, bestDistance] = [name, found];
  }
  return best;
}
