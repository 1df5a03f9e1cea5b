/** A row as the REST API sends it: all readable columns in snake_case. */
export type EntityDoc = { readonly id: string; readonly version: number; readonly [column: string]: unknown };

/**
 * Filled by the application, so that every hook knows its entity types:
 * `declare module "@heliograph/client" { interface Register { entities: EntityTypes } }`.
 */
// biome-ignore lint/suspicious/noEmptyInterface: declaration merging needs an interface, a type cannot be extended
export interface Register {}

/** Entity code -> shape of its rows; anything goes until the application registers its own map. */
export type EntityMap = Register extends { entities: infer Entities } ? Entities : { [code: string]: EntityDoc };
export type EntityCode = keyof EntityMap & string;
export type Entity<Code extends EntityCode> = EntityMap[Code];
