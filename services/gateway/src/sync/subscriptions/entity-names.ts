import { containerName, splitContainer } from "@heliograph/shared/container";
import { canonicalId } from "../../db/entity-id.ts";
import type { EntityRegistry } from "../../db/entity-registry.ts";

/** Forms of the names in messages, so that one row or container has one name in index, log and answers. */
export interface EntityNames {
  /** Whether an entity type exists. @throws when the database does not answer */
  exists(entityCode: string): Promise<boolean>;
  /** The id as log and index write it. A text that can name no row stays as it is. */
  canonicalId(entityCode: string, id: string): string;
  /** The container that an entry of `within` names for this type, or what is wrong with it. */
  canonicalContainer(entityCode: string, name: string): { readonly container: string } | { readonly problem: string };
}

/** Containers that exist for every type. */
const commonCodes: readonly string[] = ["tenant", "person"];

export function createEntityNames(registry: Pick<EntityRegistry, "get" | "find">): EntityNames {
  const canonical = (entityCode: string, id: string): string => {
    const type = registry.get(entityCode);
    return type ? canonicalId(type, id) : id;
  };
  return {
    exists: async (entityCode) => (await registry.find(entityCode)) !== undefined,
    canonicalId: canonical,
    canonicalContainer: (entityCode, name) => {
      const type = registry.get(entityCode);
      const declared = [...new Set(type?.containerCodes)];
      const parts = splitContainer(name);
      if (parts && (declared.includes(parts.entityCode) || commonCodes.includes(parts.entityCode)))
        return { container: containerName(parts.entityCode, canonical(parts.entityCode, parts.entityId)) };
      // A bare id, as in the first protocol; an id may contain a slash, too.
      const [only, ...others] = declared;
      if (only === undefined && type?.tenantColumn) return { container: containerName("tenant", name) };
      if (only !== undefined && others.length === 0) return { container: containerName(only, canonical(only, name)) };
      const names = [...declared, ...commonCodes].map((code) => `${code}/<id>`).join(", ");
      return {
        problem: `${JSON.stringify(name.slice(0, 60))} names no container of ${entityCode}; send one of ${names}.`,
      };
    },
  };
}
