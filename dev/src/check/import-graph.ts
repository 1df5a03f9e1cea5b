import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseSync } from "oxc-parser";

/** Not part of the structure: tests and what only they import. */
const leftOut = /(^|\/)(node_modules|dist|testing|fixture)\/|\.test\.tsx?$|\.generated\.ts$/;

/** What a node of a graph points at, with one import that makes the arrow. */
type Arrows = Map<string, string>;

/** Files that a file imports by a relative path, types included; paths from `root`. */
function relativeImports(root: string, file: string): string[] {
  const { module } = parseSync(file, readFileSync(path.join(root, file), "utf8"));
  const specifiers = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? []),
    ),
  ];
  return specifiers
    .filter((specifier) => specifier.startsWith("."))
    .map((specifier) => path.posix.join(path.posix.dirname(file), specifier))
    .filter((target) => existsSync(path.join(root, target)));
}

/**
 * Groups of nodes that reach each other, each with at least two members (Tarjan's algorithm, without recursion limits to
 * mind: graphs here have about a thousand nodes).
 */
export function cycles(graph: ReadonlyMap<string, ReadonlyMap<string, string>>): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (node: string): void => {
    const own = index.size;
    index.set(node, own);
    low.set(node, own);
    stack.push(node);
    for (const next of graph.get(node)?.keys() ?? []) {
      if (!index.has(next)) visit(next);
      if (stack.includes(next)) low.set(node, Math.min(low.get(node) ?? own, low.get(next) ?? own));
    }
    if (low.get(node) !== own) return;
    const group = stack.splice(stack.indexOf(node));
    if (group.length > 1) found.push(group.sort());
  };
  for (const node of graph.keys()) if (!index.has(node)) visit(node);
  return found;
}

/**
 * The room of a file: its folder, when that has no folders below it. A file beside folders is a room of its own, because
 * an entry file imports the folders and a shared file is imported by them.
 */
function roomOf(file: string, foldersWithFolders: ReadonlySet<string>): string {
  const folder = path.posix.dirname(file);
  return foldersWithFolders.has(folder) ? file : folder;
}

function arrowsBetween(imports: ReadonlyMap<string, readonly string[]>, nodeOf: (file: string) => string) {
  const graph = new Map<string, Arrows>();
  for (const [file, targets] of imports) {
    const from = nodeOf(file);
    const arrows = graph.get(from) ?? new Map<string, string>();
    graph.set(from, arrows);
    for (const target of targets) {
      const to = nodeOf(target);
      if (to !== from && !arrows.has(to)) arrows.set(to, `${file} imports ${target}`);
    }
  }
  return graph;
}

function describe(kind: string, graph: ReadonlyMap<string, Arrows>): string[] {
  return cycles(graph).map((group) => {
    const arrows = group.flatMap((from) => [...(graph.get(from) ?? [])].filter(([to]) => group.includes(to)));
    return `${kind} import each other: ${group.join(", ")}\n${arrows.map(([, reason]) => `    ${reason}`).join("\n")}`;
  });
}

/**
 * Finds import cycles between files (types count) and between rooms of one workspace.
 * @param folders source folders below `root`, for example "packages/client/src"
 * @returns one text per cycle that names the imports which make it
 */
export function importCycles(root: string, folders: readonly string[]): string[] {
  const files = folders
    .flatMap((folder) => globSync(`${folder}/**/*.{ts,tsx}`, { cwd: root }))
    .map((file) => file.split(path.sep).join("/"))
    .filter((file) => !leftOut.test(file));
  const known = new Set(files);
  const imports = new Map(
    files.map((file) => [file, relativeImports(root, file).filter((target) => known.has(target))] as const),
  );
  const parents = new Set(files.map((file) => path.posix.dirname(path.posix.dirname(file))));
  return [
    ...describe(
      "files",
      arrowsBetween(imports, (file) => file),
    ),
    ...describe(
      "rooms",
      arrowsBetween(imports, (file) => roomOf(file, parents)),
    ),
  ];
}
