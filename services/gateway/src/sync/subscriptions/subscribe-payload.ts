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

/** Versions that the client holds, by id; undefined: the client sent no version. */
export const heldVersions = ({ entityIds, versions, covered, coveredVersions }: SubscribeMessage["payload"]) =>
  new Map([
    ...(covered ?? []).map((id, at) => [id.toLowerCase(), coveredVersions?.[at]] as const),
    ...(entityIds ?? []).map((id, at) => [id.toLowerCase(), versions?.[at]] as const),
  ]);
