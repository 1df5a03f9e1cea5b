/** Entity code and id in one string, `project:6f1c…`: a key for maps and for the primary key of the local store. */
export type EntityKey = string;

export function entityKey(entityCode: string, entityId: string): EntityKey {
  return `${entityCode}:${entityId}`;
}

export function splitEntityKey(key: EntityKey): { entityCode: string; entityId: string } {
  // Codes contain no colon, so the first one separates.
  const at = key.indexOf(":");
  return { entityCode: key.slice(0, at), entityId: key.slice(at + 1) };
}
