import {
  type DatabaseNames,
  databaseNames,
  rolePrefixProblem,
  schemaNameProblem,
} from "@heliograph/shared/database-names";

/** A setting in the environment is missing or invalid. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
}

/**
 * Reads DATABASE_URL, the database to work on.
 * @throws {ConfigurationError} when it is not set or is no PostgreSQL URL
 */
export function databaseUrlFromEnvironment(env: NodeJS.ProcessEnv = process.env): string {
  const url = env["DATABASE_URL"];
  if (url === undefined || url === "") {
    throw new ConfigurationError(
      "DATABASE_URL is not set; for example DATABASE_URL=postgresql://postgres@localhost:5432/heliograph",
    );
  }
  if (!/^postgres(ql)?:\/\//.test(url)) throw new ConfigurationError("DATABASE_URL must begin with postgresql://");
  return url;
}

/**
 * Reads the schema and the role names of the installation from HELIOGRAPH_SCHEMA and HELIOGRAPH_ROLE_PREFIX. Both default
 * to `heliograph`.
 * @throws {ConfigurationError} when a name is invalid
 */
export function namesFromEnvironment(env: NodeJS.ProcessEnv = process.env): DatabaseNames {
  const schema = env["HELIOGRAPH_SCHEMA"] || "heliograph";
  const rolePrefix = env["HELIOGRAPH_ROLE_PREFIX"] || "heliograph";
  const schemaProblem = schemaNameProblem(schema);
  if (schemaProblem !== null) throw new ConfigurationError(`HELIOGRAPH_SCHEMA ${schemaProblem}`);
  const prefixProblem = rolePrefixProblem(rolePrefix);
  if (prefixProblem !== null) throw new ConfigurationError(`HELIOGRAPH_ROLE_PREFIX ${prefixProblem}`);
  return databaseNames(schema, rolePrefix);
}

/** Reads the database URLs of the services, by variable name. `setLogins` takes the passwords from them. */
export function serviceAddresses(env: NodeJS.ProcessEnv = process.env): Readonly<Record<string, string | undefined>> {
  const { GATEWAY_DATABASE_URL, WATCHER_DATABASE_URL } = env;
  return { GATEWAY_DATABASE_URL, WATCHER_DATABASE_URL };
}
