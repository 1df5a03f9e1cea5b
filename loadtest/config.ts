/** Every environment variable that the load tests read. */
export const environment: { readonly k6: string | undefined; readonly path: string } = {
  /** Path of k6, if it is not on PATH. */
  k6: process.env["K6_BIN"],
  path: process.env["PATH"] ?? "",
};

/** The environment for k6: that of this process, with everything switched off that contacts other machines. */
export function k6Environment(): Record<string, string | undefined> {
  return {
    ...process.env,
    // By default k6 reports usage to Grafana, and looks up extensions for imports that it does not know.
    K6_NO_USAGE_REPORT: "true",
    K6_AUTO_EXTENSION_RESOLUTION: "false",
  };
}
