/** Returns list[i modulo length]. An empty list throws here, so that no row gets an undefined value. */
export function cyclic<T>(list: readonly T[], i: number): T {
  if (list.length === 0) throw new Error("the list is empty");
  return list[i % list.length] as T;
}
