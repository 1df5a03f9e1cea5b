/** Quotes a name from the catalog for SQL. No name becomes part of a statement in any other way. */
export function quoteIdentifier(name: string): string {
  // PostgreSQL ends a statement at NUL. A name with NUL cannot exist, so this one is not from the catalog.
  if (name.includes("\0")) throw new TypeError("an identifier cannot contain NUL");
  return `"${name.replaceAll('"', '""')}"`;
}
