import type { Column, EntityType } from "@heliograph/gateway/db/entity-type";

const column = (name: string, references: string | null): Column => ({
  name,
  type: "uuid",
  baseType: "uuid",
  notNull: true,
  hasDefault: false,
  generated: false,
  maxLength: null,
  enumValues: null,
  references,
  sortable: true,
  comparable: true,
  deterministic: true,
  comment: null,
});

function entityType(code: string, containers: Readonly<Record<string, string>>): EntityType {
  return {
    code,
    schemaName: "app",
    tableName: code,
    qualifiedName: `"app"."${code}"`,
    keyColumns: ["id"],
    keyTexts: ["id::text"],
    keyText: "id::text",
    versionColumn: "sync_version",
    ownerColumn: null,
    tenantColumn: code === "organization" ? "id" : "organization_id",
    containers: Object.keys(containers),
    containerCodes: Object.values(containers),
    rights: ["is_private"],
    redact: [],
    views: false,
    public: false,
    ownPolicy: false,
    comment: null,
    columns: [column("id", null), ...Object.entries(containers).map(([name, references]) => column(name, references))],
  };
}

/** The entity types of the simulated application. */
export const entityTypes: ReadonlyMap<string, EntityType> = new Map(
  [entityType("organization", {}), entityType("project", {}), entityType("task", { project_id: "project" })].map(
    (type) => [type.code, type],
  ),
);
