import { entityKey } from "@heliograph/shared/entity-key";
import type { Refetcher } from "../refetch/refetcher.ts";
import type { EntityStore } from "../store/entity-store.ts";
import type { Subscriber } from "./subscriber.ts";

type Ports = { readonly refetcher: Refetcher; readonly store: EntityStore; readonly subscriber: Subscriber };

/** The answer to a SUBSCRIBE names rows that do not exist, or may not be read; `seen` is the version it was asked with. */
export async function applyGoneAtSubscribe(
  type: string,
  rows: readonly { readonly id: string; readonly seen: number }[],
  { refetcher, store, subscriber }: Ports,
): Promise<void> {
  refetcher.bar(
    type,
    rows.map(({ id }) => id),
  );
  await store.putGone(rows.map(({ id, seen }) => ({ type, id, ver: 0, unlessNewerThan: seen })));
  const held = await store.read(rows.map(({ id }) => entityKey(type, id)));
  // Written here after the question was sent (an own create, say): the answer is older than what is known.
  const disputed = rows.filter(({ id }) => held.get(entityKey(type, id))?.gone === false).map(({ id }) => id);
  if (disputed.length === 0) return;
  refetcher.look(type, disputed);
  subscriber.retry(disputed.map((id) => ({ type, id, container: false })));
}
