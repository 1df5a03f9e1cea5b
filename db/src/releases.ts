import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { databaseFolder, type Part, type PartName, partOf, readPart } from "./manifest.ts";

const partNames: readonly PartName[] = ["core", "suite"];

/**
 * What the schema needs of an entry in the `releases.json` of the repository: the release command adds commit and packages.
 * The definitions of the release are in `<part>/releases/<version>.sql`.
 */
export interface Release {
  readonly version: string;
  /** Day of the release, `2026-12-01`. */
  readonly date: string;
  /** Names of the migrations that the definitions of the release already include, by part. */
  readonly migrations: Readonly<Record<PartName, readonly string[]>>;
}

/** The list of releases is beside the folder of this package, because it covers all packages. */
const listBeside = (folder: string): string => join(folder, "..", "releases.json");

/** Reads the released versions, oldest first. Databases of each may exist, so migrations must bring each of them up to date. */
export async function readReleases(folder: string = databaseFolder): Promise<readonly Release[]> {
  return JSON.parse(await readFile(listBeside(folder), "utf8")) as Release[];
}

/** Reads the parts as the release installed them. */
export async function readReleasedParts(
  release: Release,
  folder: string = databaseFolder,
): Promise<Readonly<Record<PartName, Part>>> {
  const read = async (name: PartName): Promise<Part> => {
    const path = `${name}/releases/${release.version}.sql`;
    const current = await readPart(name, folder);
    return partOf({
      name,
      version: release.version,
      definitions: [{ path, sql: await readFile(`${folder}/${path}`, "utf8") }],
      migrations: current.migrations.filter((migration) => release.migrations[name].includes(migration.name)),
    });
  };
  return { core: await read("core"), suite: await read("suite") };
}

/**
 * Records the current definitions as a release under the version of this package: adds its entry to `releases.json`. From then on, every change of a
 * definition needs a migration; `checkSchema` verifies it from each recorded release.
 * @returns the version
 * @throws when the version is already recorded
 */
export async function recordRelease(folder: string = databaseFolder): Promise<string> {
  const releases = await readReleases(folder);
  const parts = { core: await readPart("core", folder), suite: await readPart("suite", folder) };
  const { version } = parts.core;
  if (releases.some((release) => release.version === version))
    throw new Error(`release ${version} is already recorded`);
  for (const name of partNames) {
    await mkdir(`${folder}/${name}/releases`, { recursive: true });
    const sections = parts[name].definitions.map(({ path, sql }) => `-- ${path}\n\n${sql.trimEnd()}\n`);
    await writeFile(`${folder}/${name}/releases/${version}.sql`, sections.join("\n\n"));
  }
  const names = ({ migrations }: Part): string[] => migrations.map(({ name }) => name);
  const date = new Date().toISOString().slice(0, 10);
  const release: Release = { version, date, migrations: { core: names(parts.core), suite: names(parts.suite) } };
  await writeFile(listBeside(folder), `${JSON.stringify([...releases, release], null, 2)}\n`);
  return version;
}
