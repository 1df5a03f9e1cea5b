/** Invalid settings. The process exits with code 78 (EX_CONFIG), so that an orchestrator can distinguish them from a crash. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`configuration: ${problems.join("; ")}`);
    this.problems = problems;
  }
}

/** EX_CONFIG of sysexits.h. */
export const configurationExitCode = 78;
