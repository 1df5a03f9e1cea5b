/** A setting is missing or wrong: a mistake of whoever started the program, not of the program. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
}

/** The database to work on, from DATABASE_URL. */
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

/** The addresses that the services are given, by variable; whoever sets their passwords takes them from there. */
export function serviceAddresses(env: NodeJS.ProcessEnv = process.env): Readonly<Record<string, string | undefined>> {
  const { GATEWAY_DATABASE_URL, WATCHER_DATABASE_URL } = env;
  return { GATEWAY_DATABASE_URL, WATCHER_DATABASE_URL };
}
