/**
 * Waits for all of them, also when one has failed, and then throws that failure: what the others acquired meanwhile must
 * be in the hands of whoever releases it. `onFailure` is called at the first one, to end the waiting of the others.
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
