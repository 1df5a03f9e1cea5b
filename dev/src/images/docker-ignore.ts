import path from "node:path";

/** Whether .dockerignore excludes a path of the repository. The last matching rule decides. */
export function readDockerIgnore(text: string): (file: string) => boolean {
  const rules = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => (line.startsWith("!") ? { pattern: line.slice(1), keep: true } : { pattern: line, keep: false }));
  return (file) => {
    const parts = file.split("/");
    // A rule for a folder applies to everything in it.
    const names = parts.map((_, index) => parts.slice(0, index + 1).join("/"));
    const decided = rules.findLast(({ pattern }) => names.some((name) => path.matchesGlob(name, pattern)));
    return decided !== undefined && !decided.keep;
  };
}
