import { RestError } from "../errors/rest-error.ts";

/**
 * The version in the header If-Match, `123` or `"123"`; undefined for an absent header and for `*`, which allow any version.
 * @throws {RestError} invalid_header
 */
export function parseIfMatch(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === "*") return undefined;
  const text = /^(?:"(\d{1,16})"|(\d{1,16}))$/.exec(header.trim());
  const version = Number(text?.[1] ?? text?.[2] ?? Number.NaN);
  if (!Number.isSafeInteger(version))
    throw new RestError("invalid_header", {
      message: "If-Match must contain one version.",
      remedy: 'Send the version of the row that you changed, for example If-Match: "1790000000000000".',
    });
  return version;
}
