import type { FastifyInstance } from "fastify";
import { keyColumns } from "../db/entity-id.ts";
import type { EntityRegistry } from "../db/entity-registry.ts";
import type { EntityType } from "../db/entity-type.ts";
import { documentFields, fieldName } from "../rest/entity/document-fields.ts";
import { isWritable } from "./documents/body-schema.ts";
import { operatorsOf } from "./query/filter.ts";
import { searchColumns } from "./query/search-columns.ts";

/** Describes an entity type for generic tools: its columns, without redacted ones, and the operations they allow. */
function describeEntityType(type: EntityType): object {
  return {
    code: type.code,
    keyColumns: keyColumns(type).map(({ name }) => fieldName(name)),
    tenantColumn: type.tenantColumn === null ? null : fieldName(type.tenantColumn),
    containers: type.containers.map(fieldName),
    comment: type.comment,
    searchColumns: searchColumns(type).map(({ name }) => fieldName(name)),
    columns: [...documentFields(type)].map(([name, column]) => ({
      name,
      type: column.type,
      baseType: column.baseType,
      notNull: column.notNull,
      hasDefault: column.hasDefault,
      maxLength: column.maxLength,
      enumValues: column.enumValues,
      references: column.references,
      comment: column.comment,
      creatable: isWritable(type, column, "create"),
      patchable: isWritable(type, column, "patch"),
      sortable: column.sortable,
      operators: operatorsOf(column),
    })),
  };
}

/** Registers `GET /entity-types`. */
export function registerEntityTypesRoute(app: FastifyInstance, registry: EntityRegistry): void {
  app.get("/entity-types", async () => ({ items: registry.all().map(describeEntityType) }));
}
