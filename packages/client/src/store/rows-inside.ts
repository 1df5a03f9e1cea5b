import { splitEntityKey } from "@heliograph/shared/entity-key";
import type { HeldVersion, StoredEntity } from "./entity-store.ts";

/**
 * Of these rows, those of a type that lie inside one of the containers. Which columns name containers only the server
 * knows: any column counts. One row too many is compared in vain.
 */
export function rowsInside(
  rows: Iterable<Pick<StoredEntity, "id" | "entityCode" | "ver" | "gone" | "base">>,
  entityCode: string,
  containerIds: readonly string[],
): Map<string, HeldVersion> {
  const containers = new Set<unknown>(containerIds);
  const inside = new Map<string, HeldVersion>();
  for (const row of rows)
    if (
      row.entityCode === entityCode &&
      !row.gone &&
      row.base &&
      Object.values(row.base).some((value) => containers.has(value))
    )
      inside.set(splitEntityKey(row.id).entityId, { version: row.ver, gone: false });
  return inside;
}
