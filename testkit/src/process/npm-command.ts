/** Command that runs npm: the npm that started this process, else the one on PATH, whose Node may be a different one. */
export function npmCommand(): { readonly command: string; readonly args: readonly string[] } {
  const given = process.env["npm_execpath"];
  return given?.endsWith("npm-cli.js") ? { command: process.execPath, args: [given] } : { command: "npm", args: [] };
}
