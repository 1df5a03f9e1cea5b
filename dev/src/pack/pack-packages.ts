import { execFile } from "node:child_process";
import { cp, glob, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { npmCommand } from "@heliograph/testkit/process/npm-command";
import { repositoryRoot } from "@heliograph/testkit/repository";
import { type Manifest, packedManifest } from "./package-manifest.ts";

/** Packages that applications install, dependencies first. */
const packages = ["protocol", "client"] as const;

/** Left out of packages: tests, and what only tests import. */
const leftOut = ["src/**/*.test.ts", "src/**/*.test.tsx", "src/testing"];

const run = promisify(execFile);

/**
 * Builds the packages that applications install and packs them as `npm pack` does: JavaScript and type declarations, no
 * TypeScript sources. Builds in a temporary folder, so that the manifests of the repository stay unchanged.
 *
 * @param outFolder receives one .tgz per package
 * @returns the paths of the .tgz files, dependencies first
 */
export async function packPackages(outFolder: string): Promise<string[]> {
  await mkdir(outFolder, { recursive: true });
  const staging = await mkdtemp(path.join(tmpdir(), "heliograph-pack-"));
  try {
    const packed: string[] = [];
    for (const name of packages) packed.push(await packOne(name, path.join(staging, name), outFolder));
    return packed;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function packOne(name: string, folder: string, outFolder: string): Promise<string> {
  const source = path.join(repositoryRoot, "packages", name);
  await mkdir(folder, { recursive: true });
  await compile(source, path.join(folder, "dist"), folder);
  await bundleShared(path.join(folder, "dist"), folder);
  const manifest = JSON.parse(await readFile(path.join(source, "package.json"), "utf8")) as Manifest;
  await writeFile(path.join(folder, "package.json"), `${JSON.stringify(packedManifest(manifest), null, 2)}\n`);
  await cp(path.join(repositoryRoot, "LICENSE"), path.join(folder, "LICENSE"));
  await cp(path.join(source, "README.md"), path.join(folder, "README.md")).catch(() => {}); // not every package has one
  const npm = npmCommand();
  const { stdout } = await run(npm.command, [...npm.args, "pack", "--json", "--pack-destination", outFolder], {
    cwd: folder,
  });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  return path.join(outFolder, filename);
}

const shared = "@heliograph/shared";

/**
 * Copies the built `packages/shared`, which is not published, into a package and points its imports there, so that the
 * package can be installed without it.
 */
async function bundleShared(dist: string, folder: string): Promise<void> {
  const users: string[] = [];
  for await (const file of glob("**/*.{js,d.ts}", { cwd: dist })) {
    const built = path.join(dist, file);
    if ((await readFile(built, "utf8")).includes(`"${shared}/`)) users.push(built);
  }
  if (users.length === 0) return;
  const copy = path.join(dist, "shared");
  await compile(path.join(repositoryRoot, "packages", "shared"), copy, folder);
  for (const built of users) {
    const below = path.relative(path.dirname(built), copy).split(path.sep).join("/");
    const base = below.startsWith(".") ? below : `./${below}`;
    const text = await readFile(built, "utf8");
    await writeFile(built, text.replaceAll(/"@heliograph\/shared\/([^"]+)"/g, `"${base}/$1.js"`));
  }
}

async function compile(source: string, outDir: string, folder: string): Promise<void> {
  const config = path.join(folder, "tsconfig.json");
  const absolute = (file: string) => path.join(source, file);
  await writeFile(
    config,
    JSON.stringify({
      extends: path.join(repositoryRoot, "tsconfig.base.json"),
      compilerOptions: {
        lib: ["es2024", "dom", "dom.iterable"],
        module: "preserve",
        moduleResolution: "bundler",
        jsx: "react-jsx",
        typeRoots: [path.join(repositoryRoot, "node_modules", "@types")],
        types: ["node", path.join(repositoryRoot, "node_modules", "vite", "client")],
        noEmit: false,
        declaration: true,
        rewriteRelativeImportExtensions: true,
        rootDir: absolute("src"),
        outDir,
      },
      include: [absolute("src")],
      exclude: leftOut.map(absolute),
    }),
  );
  const tsc = path.join(repositoryRoot, "node_modules", ".bin", "tsc");
  await run(tsc, ["-p", config]).catch((error: { stdout?: string }) => {
    throw new Error(`The package could not be built:\n${error.stdout ?? String(error)}`, { cause: error });
  });
  // The compiler rewrites the imports of JavaScript only.
  for await (const file of glob("**/*.d.ts", { cwd: outDir })) {
    const declaration = path.join(outDir, file);
    const text = await readFile(declaration, "utf8");
    await writeFile(declaration, text.replaceAll(/(["'])(\.{1,2}\/[^"']+)\.tsx?\1/g, "$1$2.js$1"));
  }
}
