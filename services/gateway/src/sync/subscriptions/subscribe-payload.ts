import type { SubscribeMessage } from "@heliograph/protocol";

/** @returns what is wrong with a SUBSCRIBE beyond its schema; null: nothing */
export function findPayloadProblem({
  entityIds,
  versions,
  within,
  covered,
  coveredVersions,
}: SubscribeMessage["payload"]): string | null {
  if (versions && versions.length !== entityIds?.length)
    return "payload.versions and payload.entityIds differ in length.";
  if (covered && coveredVersions?.length !== covered.length)
    return "payload.coveredVersions and payload.covered differ in length.";
  return entityIds || within || covered ? null : "payload has neither entityIds nor within.";
}

/** Versions that the client holds, by canonical id; undefined: the client sent no version. */
export const heldVersions = (
  { entityIds, versions, covered, coveredVersions }: SubscribeMessage["payload"],
  canonicalId: (id: string) => string,
) =>
  new Map([
    ...(covered ?? []).map((id, at) => [canonicalId(id), coveredVersions?.[at]] as const),
    ...(entityIds ?? []).map((id, at) => [canonicalId(id), versions?.[at]] as const),
  ]);
