/**
 * Name of a container, `project/5`: entity code and id of the row that contains others. `tenant/<id>` contains the rows of a
 * tenant and `person/<id>` those that belong to a person; no row is behind these two.
 */
export type ContainerName = string;

export function containerName(entityCode: string, entityId: string): ContainerName {
  return `${entityCode}/${entityId}`;
}

export const tenantContainer = (tenantId: string): ContainerName => containerName("tenant", tenantId);
export const personContainer = (personId: string): ContainerName => containerName("person", personId);

/** Undefined for a text that names no container. */
export function splitContainer(name: ContainerName): { entityCode: string; entityId: string } | undefined {
  // Codes contain no slash, so the first one separates; ids may contain more.
  const at = name.indexOf("/");
  return at < 1 ? undefined : { entityCode: name.slice(0, at), entityId: name.slice(at + 1) };
}
