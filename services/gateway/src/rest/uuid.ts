const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The canonical (lower case) form of a UUID, or undefined when the text is none. */
export function canonicalUuid(text: string): string | undefined {
  return pattern.test(text) ? text.toLowerCase() : undefined;
}
