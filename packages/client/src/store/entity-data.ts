/** Columns of a row by name, as the REST API sent them. */
export type EntityData = { readonly [column: string]: unknown };
