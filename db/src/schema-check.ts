import { readFile, writeFile } from "node:fs/promises";
import { withScratchDatabase } from "./database/scratch-database.ts";
import { dumpCatalog } from "./dump.ts";
import { databaseFolder, type Part, type PartName, readPart } from "./manifest.ts";
import { migrate, suiteNames } from "./migrate.ts";
import { readReleasedParts, readReleases } from "./releases.ts";

/** Committed dumps. Their diff shows reviewers what a change does to the schema. */
const schemaFiles: Readonly<Record<PartName, string>> = {
  core: "core/schema.sql",
  suite: "suite/schema.sql",
};

const headers: Readonly<Record<PartName, string>> = {
  core:
    "-- Dump of a database with the core alone, installed into the schema app; written by `npm run generate`, checked by `npm run check`.\n" +
    "-- For reading: the definitions are the files beside it.\n\n",
  suite:
    "-- What the suite adds to the core, or replaces in it; written by `npm run generate`, checked by `npm run check`.\n" +
    "-- For reading: the definitions are the files beside it.\n\n",
};

type Parts = Readonly<Record<PartName, Part>>;

/**
 * Compares a fresh installation with migrated databases of each recorded release and with the committed dumps, and checks
 * that a second run of `migrate` changes nothing.
 * @param serverUrl any database of a server on which databases may be created
 * @returns one text per problem, with its remedy; empty if all agree
 */
export async function checkSchema(serverUrl: string): Promise<string[]> {
  const parts = await readParts(databaseFolder);
  const { core, whole, again } = await freshDumps(serverUrl, parts);
  const problems: string[] = [];
  const unstable = firstDifference(whole, again);
  if (unstable !== undefined) problems.push(`A second run of migrate changes the database at ${unstable}.`);
  problems.push(...(await checkReleases(serverUrl, databaseFolder, whole)));
  const dumps = schemaTexts(core, whole);
  for (const part of ["core", "suite"] as const) {
    const committed = await readFile(`${databaseFolder}/${schemaFiles[part]}`, "utf8").catch(() => "");
    const stale = firstDifference(dumps[part], committed);
    if (stale !== undefined)
      problems.push(`db/${schemaFiles[part]} is not up to date at ${stale}. Run: npm run generate`);
  }
  return problems;
}

/**
 * Migrates a database of each recorded release and compares it with a fresh installation.
 * @param fresh dump of a fresh installation of the definitions in `folder`
 */
export async function checkReleases(serverUrl: string, folder: string, fresh: string): Promise<string[]> {
  const { core, suite } = await readParts(folder);
  // Changes made after a release, before the version is raised, count as a later version for a released database.
  const next = { core: { ...core, version: "next" }, suite: { ...suite, version: "next" } };
  const problems: string[] = [];
  for (const release of await readReleases(folder)) {
    const released = await readReleasedParts(release, folder);
    const migrated = await withScratchDatabase(serverUrl, async (url) => {
      await migrate(url, { names: suiteNames, parts: released, suite: true });
      await migrate(url, { names: suiteNames, parts: next, suite: true });
      return dumpCatalog(url, suiteNames);
    });
    const difference = firstDifference(fresh, migrated);
    if (difference === undefined) continue;
    problems.push(
      `A database of release ${release.version}, migrated, differs from a fresh installation at ${difference}. ` +
        "Write a migration that makes the same change as the definitions.",
    );
  }
  return problems;
}

/** Writes both dumps from a fresh installation on the server. */
export async function writeSchema(serverUrl: string): Promise<void> {
  const { core, whole } = await freshDumps(serverUrl, await readParts(databaseFolder));
  const dumps = schemaTexts(core, whole);
  for (const part of ["core", "suite"] as const) await writeFile(`${databaseFolder}/${schemaFiles[part]}`, dumps[part]);
}

async function readParts(folder: string): Promise<Parts> {
  return { core: await readPart("core", folder), suite: await readPart("suite", folder) };
}

/** Dumps one new database three times: with the core alone, with the suite, and after a run with nothing to do. */
function freshDumps(serverUrl: string, parts: Parts): Promise<{ core: string; whole: string; again: string }> {
  return withScratchDatabase(serverUrl, async (url) => {
    await migrate(url, { names: suiteNames, parts });
    const core = await dumpCatalog(url, suiteNames);
    await migrate(url, { names: suiteNames, parts, suite: true });
    const whole = await dumpCatalog(url, suiteNames);
    await migrate(url, { names: suiteNames, parts });
    return { core, whole, again: await dumpCatalog(url, suiteNames) };
  });
}

function schemaTexts(core: string, whole: string): Record<PartName, string> {
  const known = new Set(sectionsOf(core));
  const added = sectionsOf(whole).filter((section) => !known.has(section));
  return { core: headers.core + core, suite: `${headers.suite}${added.join("\n\n")}\n` };
}

/** Splits a dump by object. Each section begins with its heading. */
function sectionsOf(dump: string): string[] {
  return dump.trimEnd().split(/\n\n(?=-- \d )/);
}

/** Finds the first difference of two dumps, as `"<heading>": "<line>" against "<line>"`; undefined if they are equal. */
export function firstDifference(left: string, right: string): string | undefined {
  const a = left.split("\n");
  const b = right.split("\n");
  let heading = "the beginning";
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    if (a[i] !== b[i]) return `"${heading}": "${a[i] ?? "(end)"}" against "${b[i] ?? "(end)"}"`;
    if (/^-- \d /.test(a[i] ?? "")) heading = (a[i] ?? "").slice(5);
  }
  return undefined;
}
