/** One .tgz file of a release. */
export interface PackedPackage {
  /** Name in package.json, `@heliograph/client`. */
  readonly name: string;
  /** File name, `heliograph-client-0.2.0.tgz`. */
  readonly file: string;
  /** Subresource integrity of the file, `sha512-…`, as lock files have it. */
  readonly integrity: string;
}

/** One entry of `releases.json`, as `prepare` adds it. */
interface PreparedRelease {
  /** Semantic version without prefix, the same for all packages. */
  readonly version: string;
  /** Day of the release, `2026-12-01`. */
  readonly date: string;
  /** Names of the migrations that the schema of the release includes; later ones are applied to its databases. */
  readonly migrations: { readonly core: readonly string[]; readonly suite: readonly string[] };
}

/** What `record` adds to the entry. */
export interface PackedRelease {
  /** The commit that was packed, 40 hexadecimal digits. */
  readonly commit: string;
  readonly packages: readonly PackedPackage[];
}

/** One entry of `releases.json`; the newest one is not packed before `record`. */
export type Release = PreparedRelease & Partial<PackedRelease>;

const patterns = {
  version: /^\d+\.\d+\.\d+$/,
  date: /^\d{4}-\d{2}-\d{2}$/,
  commit: /^[0-9a-f]{40}$/,
  name: /^@heliograph\/[a-z-]+$/,
  file: /^[a-z0-9.-]+\.tgz$/,
  integrity: /^sha512-[A-Za-z0-9+/]{86}==$/,
};

/** The numbers of a version. @throws Error when it is not `major.minor.patch` */
function numbersOf(version: string): readonly number[] {
  if (!patterns.version.test(version)) throw new Error(`"${version}" is not a version of the form 1.2.3`);
  return version.split(".").map(Number);
}

/** Compares two versions by their numbers: below 0 when `left` is older. */
export function compareVersions(left: string, right: string): number {
  const other = numbersOf(right);
  const differences = numbersOf(left).map((number, place) => number - (other[place] ?? 0));
  return differences.find((difference) => difference !== 0) ?? 0;
}

function requireFields(value: unknown, fields: readonly (keyof typeof patterns)[], place: string): void {
  const given = (value ?? {}) as Readonly<Record<string, unknown>>;
  for (const field of fields) {
    const text = given[field];
    if (typeof text !== "string" || !patterns[field].test(text))
      throw new Error(`releases.json: ${place} has no valid ${field}: ${JSON.stringify(text)}`);
  }
}

function requireMigrations(migrations: unknown, place: string): void {
  for (const part of ["core", "suite"]) {
    const names = (migrations as Readonly<Record<string, unknown>> | undefined)?.[part];
    if (!Array.isArray(names) || !names.every((name) => typeof name === "string"))
      throw new Error(`releases.json: ${place} has no valid migrations of ${part}: ${JSON.stringify(names)}`);
  }
}

function requirePackages(release: Partial<PackedRelease>, place: string): void {
  requireFields(release, ["commit"], place);
  if (!Array.isArray(release.packages) || release.packages.length === 0)
    throw new Error(`releases.json: ${place} names no packages`);
  for (const packed of release.packages) requireFields(packed, ["name", "file", "integrity"], `a package of ${place}`);
}

/** Whether the release is prepared and not packed yet. */
export const isPrepared = ({ commit, packages }: Release): boolean => commit === undefined && packages === undefined;

/**
 * Reads the content of `releases.json`: released versions, oldest first, each once. The newest may be prepared only.
 * @throws Error that names the entry and the field that is wrong
 */
export function parseReleases(text: string): readonly Release[] {
  const list: unknown = JSON.parse(text);
  if (!Array.isArray(list)) throw new Error("releases.json: a list is expected");
  const releases = list as readonly Release[];
  for (const [index, release] of releases.entries()) {
    const place = `entry ${index + 1}`;
    requireFields(release, ["version", "date"], place);
    requireMigrations(release.migrations, place);
    if (index < releases.length - 1 || !isPrepared(release)) requirePackages(release, place);
    const previous = releases[index - 1];
    if (previous && compareVersions(previous.version, release.version) >= 0)
      throw new Error(`releases.json: ${place} (${release.version}) is not newer than ${previous.version} before it`);
  }
  return releases;
}

/**
 * The content of `releases.json` with commit and packages of the prepared release.
 * @throws Error when the list is malformed, or its newest release is another version or already packed
 */
export function withPackages(text: string, version: string, packed: PackedRelease): string {
  const releases = parseReleases(text);
  const newest = releases.at(-1);
  if (newest?.version !== version || !isPrepared(newest))
    throw new Error(`releases.json: ${version} is not prepared. Run: npm run release -- prepare <version>`);
  const next = `${JSON.stringify([...releases.slice(0, -1), { ...newest, ...packed }], null, 2)}\n`;
  parseReleases(next);
  return next;
}
