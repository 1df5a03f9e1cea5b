/** A row as the REST API sends it: its id and version, then the columns that the user may read. */
export interface EntityDoc {
  /** The canonical text of the row's key. */
  readonly $id: string;
  /** Grows with every change of the row. */
  readonly $version: number;
  readonly [column: string]: unknown;
}

/**
 * The application extends this interface, so that every hook knows its entity types:
 * `declare module "@heliograph/client" { interface Register { entities: EntityTypes } }`.
 */
// biome-ignore lint/suspicious/noEmptyInterface: declaration merging works on interfaces only
export interface Register {}

/** Shapes of rows by entity code. Without a map registered by the application, every code and column is allowed. */
export type EntityMap = Register extends { entities: infer Entities } ? Entities : { [entityCode: string]: EntityDoc };
export type EntityCode = keyof EntityMap & string;
export type Entity<Code extends EntityCode> = EntityMap[Code];
/** The columns of a row, without the id and version that stand beside them in documents. */
export type Columns<Code extends EntityCode> = Omit<Entity<Code>, "$id" | "$version">;
