import path from "node:path";
import { gzipSync } from "node:zlib";
import { repositoryRoot } from "@heliograph/testkit/repository";
import { build, type InlineConfig, type Rolldown } from "vite";

const KiB = 1_024;

/** Most bytes that a visitor loads before the first page renders, gzip-compressed. */
export const sizeBudgets = [
  {
    name: "the SDK (core, local store with RxDB and Dexie, React bindings; without React)",
    bytes: 105 * KiB,
    measure: measureSdk,
  },
  { name: "the application's first page (scripts and styles)", bytes: 220 * KiB, measure: measureApplication },
] as const;

/** Modules of the developer panel. They must be loaded on demand only. */
const developerPanel = /\/client\/src\/devtools\//;

/** One sentence for each exceeded budget and for each module of the developer panel in a measured bundle. */
export async function exceededBudgets(): Promise<string[]> {
  const problems: string[] = [];
  for (const { name, bytes, measure } of sizeBudgets) {
    const { size, modules } = await measure();
    if (size > bytes) problems.push(`${name}: ${inKiB(size)} gzip, the budget is ${inKiB(bytes)}`);
    problems.push(...strayModules(modules).map((id) => `${name}: contains the developer panel (${id})`));
  }
  return problems;
}

/** The modules that belong to the developer panel, as paths in the repository. */
export function strayModules(modules: readonly string[]): string[] {
  return modules.filter((id) => developerPanel.test(id)).map((id) => path.relative(repositoryRoot, id));
}

/** The compressed size of a bundle in bytes, and the ids of its modules. */
export interface Measured {
  readonly size: number;
  readonly modules: readonly string[];
}

/** Measures all exports of the three entry points, tree-shaken and minified in one file. */
export async function measureSdk(): Promise<Measured> {
  const source = path.join(repositoryRoot, "packages", "client", "src");
  const entry = "virtual:sdk";
  const code = ["index.ts", "rxdb/index.ts", "react/index.ts"]
    .map((file) => `export * from ${JSON.stringify(path.join(source, file))};`)
    .join("\n");
  const output = await bundle({
    root: path.join(repositoryRoot, "packages", "client"),
    plugins: [
      {
        name: "sdk-entry",
        resolveId: (id) => (id === entry ? `\0${entry}` : undefined),
        load: (id) => (id === `\0${entry}` ? code : undefined),
      },
    ],
    define: { "process.env.NODE_ENV": '"production"' },
    build: {
      rolldownOptions: { input: entry, external: [/^react(-dom)?(\/|$)/], preserveEntrySignatures: "strict" },
    },
    configFile: false,
  });
  return measured(output);
}

/** Measures the page's script with its static imports, and the styles. Dynamic imports do not count. */
export async function measureApplication(): Promise<Measured> {
  const root = path.join(repositoryRoot, "web");
  const output = await bundle({ root, configFile: path.join(root, "vite.config.ts") });
  const chunks = new Map(output.flatMap((item) => (item.type === "chunk" ? [[item.fileName, item] as const] : [])));
  const first = new Set<string>();
  const add = (fileName: string) => {
    if (first.has(fileName)) return;
    first.add(fileName);
    for (const imported of chunks.get(fileName)?.imports ?? []) add(imported);
  };
  for (const chunk of chunks.values()) if (chunk.isEntry) add(chunk.fileName);
  return measured(output.filter(({ fileName }) => first.has(fileName) || fileName.endsWith(".css")));
}

type Output = Rolldown.RolldownOutput["output"][number];

async function bundle(config: InlineConfig): Promise<Output[]> {
  const options = { target: "es2023", minify: true, modulePreload: { polyfill: false } };
  const result = await build({
    ...config,
    logLevel: "error",
    mode: "production",
    build: { ...options, ...config.build, write: false },
  });
  const [one] = Array.isArray(result) ? result : [result];
  if (!one || !("output" in one)) throw new Error("Vite returned no bundle");
  return one.output;
}

function measured(counted: readonly Output[]): Measured {
  const modules = counted.flatMap((item) => (item.type === "chunk" ? item.moduleIds : []));
  return { size: total(counted), modules };
}

function total(counted: readonly Output[]): number {
  let size = 0;
  for (const item of counted) {
    const content = item.type === "chunk" ? item.code : item.source;
    if (/\.(js|css)$/.test(item.fileName)) size += gzipSync(content, { level: 9 }).length;
  }
  return size;
}

export function inKiB(bytes: number): string {
  return `${(bytes / KiB).toFixed(1)} KiB`;
}
