/** One .tgz file of a release. */
export interface PackedPackage {
  /** Name in package.json, `@heliograph/client`. */
  readonly name: string;
  /** File name, `heliograph-client-0.2.0.tgz`. */
  readonly file: string;
  /** Subresource integrity of the file, `sha512-…`, as lock files have it. */
  readonly integrity: string;
}

/** One entry of `releases.json`. */
export interface Release {
  /** Semantic version without prefix, the same for all packages. */
  readonly version: string;
  /** Day of the release, `2026-12-01`. */
  readonly date: string;
  /** The commit that was packed, 40 hexadecimal digits. */
  readonly commit: string;
  readonly packages: readonly PackedPackage[];
}

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

/**
 * Reads the content of `releases.json`: released versions, oldest first, each once.
 * @throws Error that names the entry and the field that is wrong
 */
export function parseReleases(text: string): readonly Release[] {
  const list: unknown = JSON.parse(text);
  if (!Array.isArray(list)) throw new Error("releases.json: a list is expected");
  const releases = list as readonly Release[];
  for (const [index, release] of releases.entries()) {
    const place = `entry ${index + 1}`;
    requireFields(release, ["version", "date", "commit"], place);
    if (!Array.isArray(release.packages) || release.packages.length === 0)
      throw new Error(`releases.json: ${place} names no packages`);
    for (const packed of release.packages)
      requireFields(packed, ["name", "file", "integrity"], `a package of ${place}`);
    const previous = releases[index - 1];
    if (previous && compareVersions(previous.version, release.version) >= 0)
      throw new Error(`releases.json: ${place} (${release.version}) is not newer than ${previous.version} before it`);
  }
  return releases;
}

/** The content of `releases.json` with one more release. @throws Error when it is malformed or not the newest */
export function withRelease(text: string, release: Release): string {
  const next = `${JSON.stringify([...parseReleases(text), release], null, 2)}\n`;
  parseReleases(next);
  return next;
}
