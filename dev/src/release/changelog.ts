const unreleasedHeading = "## Unreleased\n";

/**
 * Moves the entries under "Unreleased" below a heading of their own, as Keep a Changelog has it.
 *
 * @param date in ISO form, `2026-12-01`
 * @throws Error when there is nothing to release
 */
export function releaseChangelog(text: string, version: string, date: string): string {
  const start = text.indexOf(unreleasedHeading);
  if (start === -1) throw new Error('CHANGELOG.md has no heading "## Unreleased"');
  const body = start + unreleasedHeading.length;
  const next = text.indexOf("\n## ", body);
  const entries = text.slice(body, next === -1 ? undefined : next);
  if (!/^- /m.test(entries))
    throw new Error('CHANGELOG.md has no entry under "Unreleased": there is nothing to release');
  return `${text.slice(0, body)}\n## ${version} - ${date}\n${text.slice(body)}`;
}
