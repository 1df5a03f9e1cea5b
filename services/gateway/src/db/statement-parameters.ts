/** The values of one statement. No value becomes part of a statement in any other way. */
export class StatementParameters {
  readonly values: unknown[] = [];

  /** Adds a value and returns its placeholder. PostgreSQL infers the type from the column. */
  add(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}

/** An ILIKE pattern that matches the text literally, with %, _ and the escape character escaped. */
export function containsPattern(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, "\\$&")}%`;
}
