/** How to run npm: the one that started us when there is one, whose Node may be another than ours. */
export function npmCommand(): { readonly command: string; readonly args: readonly string[] } {
  const given = process.env["npm_execpath"];
  return given?.endsWith("npm-cli.js") ? { command: process.execPath, args: [given] } : { command: "npm", args: [] };
}
