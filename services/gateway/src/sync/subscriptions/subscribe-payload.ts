import type { SubscribeMessage } from "@heliograph/protocol";

/** What is wrong with a SUBSCRIBE that its schema cannot say; null: nothing. */
export function problemOf({
  entityIds,
  versions,
  within,
  covered,
  coveredVersions,
}: SubscribeMessage["payload"]): string | null {
  if (versions && versions.length !== entityIds?.length) return "payload.versions has another length than entityIds.";
  if (covered && coveredVersions?.length !== covered.length)
    return "payload.coveredVersions has another length than covered.";
  return entityIds || within || covered ? null : "payload names neither entityIds nor within.";
}

/** What the client says it holds, by id; undefined: no version was sent. */
export const heldVersions = ({ entityIds, versions, covered, coveredVersions }: SubscribeMessage["payload"]) =>
  new Map([
    ...(covered ?? []).map((id, at) => [id.toLowerCase(), coveredVersions?.[at]] as const),
    ...(entityIds ?? []).map((id, at) => [id.toLowerCase(), versions?.[at]] as const),
  ]);
