import path from "node:path";
import { gzipSync } from "node:zlib";
import { repositoryRoot } from "@heliograph/testkit/repository";
import { build, type InlineConfig, type Rolldown } from "vite";

const KiB = 1_024;

/** What visitors of an application have to load before anything shows, compressed as a web server does. */
export const sizeBudgets = [
  {
    name: "the SDK (core, local store with RxDB and Dexie, React bindings; without React)",
    bytes: 105 * KiB,
    measure: measureSdk,
  },
  { name: "the application's first page (scripts and styles)", bytes: 220 * KiB, measure: measureApplication },
] as const;

/** The developers' panel is for who asks for it: no part of it may come with what everybody loads. */
const developers = /\/client\/src\/devtools\//;

/** One sentence for each budget that is exceeded, and for each module that everybody would load for nothing. */
export async function exceededBudgets(): Promise<string[]> {
  const problems: string[] = [];
  for (const { name, bytes, measure } of sizeBudgets) {
    const { size, modules } = await measure();
    if (size > bytes) problems.push(`${name}: ${inKiB(size)} gzip, the budget is ${inKiB(bytes)}`);
    problems.push(...strayModules(modules).map((id) => `${name}: contains the developers' panel (${id})`));
  }
  return problems;
}

/** Modules that belong to the developers' panel, by their path in the repository. */
export function strayModules(modules: readonly string[]): string[] {
  return modules.filter((id) => developers.test(id)).map((id) => path.relative(repositoryRoot, id));
}

/** Bytes as they are sent, and the ids of the modules in them. */
export type Measured = { readonly size: number; readonly modules: readonly string[] };

/** Everything that the three entry points give, tree-shaken and minified in one file. */
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

/** What the page itself names: its script, what that imports at once, and its styles. Not what is loaded later. */
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
  if (!one || !("output" in one)) throw new Error("Vite gave no bundle.");
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
