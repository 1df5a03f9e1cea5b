import { ConfigurationError, configurationExitCode } from "@heliograph/server-kit";

/**
 * Options of a program, or its end: with the usage when help was asked for (null) or the command line is wrong (exit code
 * 2), with the names of the variables when the environment is (78, as the services).
 */
export function readOptions<T>(read: () => T | null, usage: string): T {
  try {
    const options = read();
    if (options !== null) return options;
    process.stdout.write(`${usage}\n`);
    process.exit(0);
  } catch (error) {
    if (error instanceof ConfigurationError) {
      process.stderr.write(`${error.problems.join("\n")}\n`);
      process.exit(configurationExitCode);
    }
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}\n`);
    process.exit(2);
  }
}
