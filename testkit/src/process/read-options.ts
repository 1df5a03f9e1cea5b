import { ConfigurationError, configurationExitCode } from "@heliograph/server-kit";

/**
 * Reads the options of a program, or exits: with the usage for --help (`read` returns null, exit code 0) or a wrong command
 * line (exit code 2), and with the names of the variables for a wrong environment (exit code 78, as the services).
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
