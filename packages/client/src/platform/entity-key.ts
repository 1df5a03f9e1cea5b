/** Type and id of an entity in one string, `project:6f1c…`: the primary key of the local store. */
export type EntityKey = string;

export function entityKey(type: string, id: string): EntityKey {
  return `${type}:${id}`;
}

export function splitEntityKey(key: EntityKey): { type: string; id: string } {
  // Codes contain no colon, so the first one separates.
  const at = key.indexOf(":");
  return { type: key.slice(0, at), id: key.slice(at + 1) };
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The id in the lower case form that the server answers in, or undefined when it is no UUID. */
export function canonicalId(id: string): string | undefined {
  const lower = id.toLowerCase();
  return uuidPattern.test(lower) ? lower : undefined;
}
