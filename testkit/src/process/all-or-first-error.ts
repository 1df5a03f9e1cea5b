/**
 * Waits for all promises, even when one rejects, and then throws the first error: the caller can release what the others have
 * acquired only after they have settled. `onFailure` is called at the first error, to cancel the others.
 */
export async function allOrFirstError<T extends readonly unknown[]>(
  promises: readonly [...{ [I in keyof T]: Promise<T[I]> }],
  onFailure: () => void,
): Promise<T> {
  const all = Promise.all(promises);
  all.catch(onFailure);
  await Promise.allSettled(promises);
  return (await all) as unknown as T;
}
