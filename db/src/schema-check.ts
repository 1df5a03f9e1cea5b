import { readFile, writeFile } from "node:fs/promises";
import { dumpCatalog } from "./dump.ts";
import { databaseFolder, type Part, type PartName, readPart } from "./manifest.ts";
import { migrate } from "./migrate.ts";
import { readReleasedParts, readReleases } from "./releases.ts";
import { withScratchDatabase } from "./scratch-database.ts";

/** The dumps that reviewers read: what a change really does to the schema shows in their diff. */
export const schemaFiles: Readonly<Record<PartName, string>> = {
  core: "core/schema.sql",
  suite: "suite/schema.sql",
};

const headers: Readonly<Record<PartName, string>> = {
  core:
    "-- Dump of a database with the core alone; written by `npm run generate`, checked by `npm run check`.\n" +
    "-- For reading: the definitions are the files beside it.\n\n",
  suite:
    "-- What the suite adds to the core, or replaces in it; written by `npm run generate`, checked by `npm run check`.\n" +
    "-- For reading: the definitions are the files beside it.\n\n",
};

/**
 * Compares a fresh installation with the sum of all migrations, starting from each recorded release, and with the
 * committed dumps. Before the first release there is nothing to migrate from; then a second run on an installed database
 * must change nothing.
 * @param serverUrl any database of a server on which databases may be created
 * @returns one sentence per problem, with its remedy; empty when all agree
 */
export async function checkSchema(serverUrl: string, folder: string = databaseFolder): Promise<string[]> {
  const problems: string[] = [];
  const parts = { core: await readPart("core", folder), suite: await readPart("suite", folder) };
  const run = { parts, suite: true };
  const fresh = await dumpOf(serverUrl, [run]);
  const again = await dumpOf(serverUrl, [run, run]);
  const unstable = firstDifference(fresh, again);
  if (unstable !== undefined) problems.push(`A second run of migrate changes the database at ${unstable}.`);
  // A release may be followed by changes before the version is raised: to a released database they are a later version.
  const next = { core: { ...parts.core, version: "next" }, suite: { ...parts.suite, version: "next" } };
  for (const release of await readReleases(folder)) {
    const released = { parts: await readReleasedParts(release, folder), suite: true };
    const difference = firstDifference(fresh, await dumpOf(serverUrl, [released, { parts: next, suite: true }]));
    if (difference === undefined) continue;
    problems.push(
      `A database of release ${release.version}, migrated, differs from a fresh installation at ${difference}. ` +
        "Write a migration that makes the same change as the definitions.",
    );
  }
  const dumps = await schemaDumps(serverUrl, parts);
  for (const part of ["core", "suite"] as const) {
    const committed = await readFile(`${folder}/${schemaFiles[part]}`, "utf8").catch(() => "");
    const stale = firstDifference(dumps[part], committed);
    if (stale !== undefined)
      problems.push(`db/${schemaFiles[part]} is not up to date at ${stale}. Run: npm run generate`);
  }
  return problems;
}

/** Writes both dumps from fresh installations on the given server. */
export async function writeSchema(serverUrl: string): Promise<void> {
  const dumps = await schemaDumps(serverUrl, { core: await readPart("core"), suite: await readPart("suite") });
  for (const part of ["core", "suite"] as const) await writeFile(`${databaseFolder}/${schemaFiles[part]}`, dumps[part]);
}

async function schemaDumps(serverUrl: string, parts: Parts): Promise<Record<PartName, string>> {
  const core = await dumpOf(serverUrl, [{ parts, suite: false }]);
  const whole = await dumpOf(serverUrl, [{ parts, suite: true }]);
  const known = new Set(sectionsOf(core));
  const added = sectionsOf(whole).filter((section) => !known.has(section));
  return { core: headers.core + core, suite: `${headers.suite}${added.join("\n\n")}\n` };
}

/** A dump by object; each begins with its heading. */
function sectionsOf(dump: string): string[] {
  return dump.trimEnd().split(/\n\n(?=-- \d )/);
}

type Parts = Readonly<Record<PartName, Part>>;

interface Run {
  readonly parts: Parts;
  readonly suite: boolean;
}

/** The dump of a scratch database after these runs of migrate. */
function dumpOf(serverUrl: string, runs: readonly Run[]): Promise<string> {
  return withScratchDatabase(serverUrl, async (url) => {
    for (const run of runs) await migrate(url, run);
    return dumpCatalog(url);
  });
}

/** Where two dumps part, as `"<heading>": "<line>" against "<line>"`; undefined when they are equal. */
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
