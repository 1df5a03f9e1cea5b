/** The columns of a row by name, as the REST API sends them. */
export type EntityData = { readonly [column: string]: unknown };
