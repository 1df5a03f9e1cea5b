/** Names that an installation chooses: the installer creates them and the services use them. */
export interface DatabaseNames {
  /** The schema of the core, quoted for SQL. */
  readonly schema: string;
  /** Roles belong to the whole server, so their names begin with a prefix of the installation. */
  readonly roles: {
    /** Users' statements run under it; row level security applies to it. */
    readonly app: string;
    readonly gateway: string;
    readonly watcher: string;
    /** Owns the log and may detach its days. */
    readonly log: string;
  };
}

/** Names that need no escaping inside quoted identifiers, string literals and format strings. */
const schemaPattern = /^[\p{L}_][\p{L}\p{N}_ -]*$/u;
const rolePrefixPattern = /^[a-z][a-z0-9_]{0,40}$/;
/** Beginning of names that PostgreSQL reserves for itself. */
const reserved = "pg_";
/** PostgreSQL cuts longer identifiers. */
const maxIdentifierBytes = 63;

/** Why this cannot be the schema, or null. */
export function schemaNameProblem(schema: string): string | null {
  if (schema.startsWith(reserved)) return `must not begin with ${reserved}, which PostgreSQL reserves`;
  const bytes = new TextEncoder().encode(schema).length;
  if (schemaPattern.test(schema) && bytes <= maxIdentifierBytes) return null;
  return "must begin with a letter, have letters, digits, spaces, _ and - only, and at most 63 bytes";
}

/** Why this cannot be the prefix of the roles, or null. */
export function rolePrefixProblem(rolePrefix: string): string | null {
  // The prefix `pg` is refused too: its roles would be `pg_app` and so on.
  if (`${rolePrefix}_`.startsWith(reserved))
    return `must not be pg or begin with ${reserved}, which PostgreSQL reserves`;
  if (rolePrefixPattern.test(rolePrefix)) return null;
  return "must begin with a letter, have lower-case letters, digits and _ only, and at most 41 characters";
}

/**
 * @param schema as in HELIOGRAPH_SCHEMA, unquoted
 * @param rolePrefix as in HELIOGRAPH_ROLE_PREFIX
 * @throws {RangeError} when one of them is refused
 */
export function databaseNames(schema: string, rolePrefix: string): DatabaseNames {
  const schemaProblem = schemaNameProblem(schema);
  if (schemaProblem !== null) throw new RangeError(`the schema ${schemaProblem}`);
  const prefixProblem = rolePrefixProblem(rolePrefix);
  if (prefixProblem !== null) throw new RangeError(`the role prefix ${prefixProblem}`);
  return {
    schema: `"${schema}"`,
    roles: {
      app: `${rolePrefix}_app`,
      gateway: `${rolePrefix}_gateway`,
      watcher: `${rolePrefix}_watcher`,
      log: `${rolePrefix}_log`,
    },
  };
}
