/** A name from the catalog as SQL. The only way by which a name ever becomes part of a statement. */
export function quoteIdentifier(name: string): string {
  // PostgreSQL ends the statement text at NUL; such a name cannot exist, so it did not come from the catalog.
  if (name.includes("\0")) throw new TypeError("an identifier cannot contain NUL");
  return `"${name.replaceAll('"', '""')}"`;
}
