import { splitEntityKey } from "@heliograph/shared/entity-key";
import type { HeldVersion, StoredEntity } from "./entity-store.ts";

/**
 * Selects the rows of an entity type that are inside one of the containers. Only the server knows which columns name
 * containers, so every column is checked. A row that matches by chance is compared without need, which does no harm.
 */
export function rowsInside(
  rows: Iterable<Pick<StoredEntity, "id" | "entityCode" | "ver" | "gone" | "base">>,
  entityCode: string,
  containerIds: readonly string[],
): Map<string, HeldVersion> {
  // `project/5` and `5` name the same container. Keys that are numbers in documents are text in ids.
  const containers = new Set(containerIds.flatMap((id) => [id, id.slice(id.indexOf("/") + 1)]));
  const inside = new Map<string, HeldVersion>();
  for (const row of rows)
    if (
      row.entityCode === entityCode &&
      !row.gone &&
      row.base &&
      Object.values(row.base).some((value) => containers.has(String(value)))
    )
      inside.set(splitEntityKey(row.id).entityId, { version: row.ver, gone: false });
  return inside;
}
