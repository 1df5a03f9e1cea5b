/** The values of one statement. Values become part of a statement only through here. */
export class Parameters {
  readonly values: unknown[] = [];

  /** Keeps a value and returns its placeholder. Its type is left to PostgreSQL, which takes the column's. */
  add(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}

/** A pattern for ILIKE that finds the text itself: %, _ and the escape character have no meaning in it. */
export function containsPattern(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, "\\$&")}%`;
}
