/** What the load tests read of the environment, all of it. */
export const environment: { readonly k6: string | undefined; readonly path: string } = {
  /** Path of k6 where it is not on PATH. */
  k6: process.env["K6_BIN"],
  path: process.env["PATH"] ?? "",
};

/** The environment for k6: ours, with everything off that would reach out of this machine. */
export function k6Environment(): Record<string, string | undefined> {
  return {
    ...process.env,
    // Reports to its maker otherwise, and looks for extensions when it finds an import that it does not know.
    K6_NO_USAGE_REPORT: "true",
    K6_AUTO_EXTENSION_RESOLUTION: "false",
  };
}
