import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseSync } from "oxc-parser";

/** Ignored files: tests, test helpers and generated files. */
const ignored = /(^|\/)(node_modules|dist|testing|fixture)\/|\.test\.tsx?$|\.generated\.ts$/;

/** The targets of a node's edges, each with one import that causes the edge. */
type Edges = Map<string, string>;

/** Files that a file imports by a relative path, including type and dynamic imports; paths relative to `root`. */
function relativeImports(root: string, file: string): string[] {
  const text = readFileSync(path.join(root, file), "utf8");
  const { module } = parseSync(file, text);
  const specifiers = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? []),
    ),
    ...module.dynamicImports.map(({ moduleRequest }) => text.slice(moduleRequest.start + 1, moduleRequest.end - 1)),
  ];
  return specifiers
    .filter((specifier) => specifier.startsWith("."))
    .map((specifier) => path.posix.join(path.posix.dirname(file), specifier))
    .filter((target) => existsSync(path.join(root, target)));
}

/**
 * Strongly connected components with at least two nodes (Tarjan's algorithm). Recursive, which is safe because the graphs
 * have about a thousand nodes.
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
 * The node of a file in the folder graph: its folder if that has no subfolders, otherwise the file itself. A file next to
 * folders is its own node, because an entry file imports the folders and a shared file is imported by them.
 */
function folderNodeOf(file: string, foldersWithFolders: ReadonlySet<string>): string {
  const folder = path.posix.dirname(file);
  return foldersWithFolders.has(folder) ? file : folder;
}

function edgesBetween(imports: ReadonlyMap<string, readonly string[]>, nodeOf: (file: string) => string) {
  const graph = new Map<string, Edges>();
  for (const [file, targets] of imports) {
    const from = nodeOf(file);
    const edges = graph.get(from) ?? new Map<string, string>();
    graph.set(from, edges);
    for (const target of targets) {
      const to = nodeOf(target);
      if (to !== from && !edges.has(to)) edges.set(to, `${file} imports ${target}`);
    }
  }
  return graph;
}

function describe(kind: string, graph: ReadonlyMap<string, Edges>): string[] {
  return cycles(graph).map((group) => {
    const edges = group.flatMap((from) => [...(graph.get(from) ?? [])].filter(([to]) => group.includes(to)));
    return `${kind} import each other: ${group.join(", ")}\n${edges.map(([, reason]) => `    ${reason}`).join("\n")}`;
  });
}

/**
 * Finds import cycles between files (including type imports) and between folders.
 * @param folders source folders below `root`, for example "packages/client/src"
 * @returns one text per cycle, which names the imports that cause it
 */
export function importCycles(root: string, folders: readonly string[]): string[] {
  const files = folders
    .flatMap((folder) => globSync(`${folder}/**/*.{ts,tsx}`, { cwd: root }))
    .map((file) => file.split(path.sep).join("/"))
    .filter((file) => !ignored.test(file));
  const known = new Set(files);
  const imports = new Map(
    files.map((file) => [file, relativeImports(root, file).filter((target) => known.has(target))] as const),
  );
  const parents = new Set(files.map((file) => path.posix.dirname(path.posix.dirname(file))));
  return [
    ...describe(
      "files",
      edgesBetween(imports, (file) => file),
    ),
    ...describe(
      "folders",
      edgesBetween(imports, (file) => folderNodeOf(file, parents)),
    ),
  ];
}
