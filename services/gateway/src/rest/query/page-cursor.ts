import { createHash } from "node:crypto";
import { RestError } from "../errors/rest-error.ts";

/** Sort values of the last row of a page as PostgreSQL texts; the key is the last value. */
export type PageCursorValues = readonly (string | null)[];

/** Characters of the fingerprint: 72 bits, enough to detect a mistake. The cursor grants no rights, so it needs no seal. */
const fingerprintLength = 12;

/** Fingerprint of a query, for the cursors that belong to it. It covers everything except the page size. */
export function queryFingerprint(parts: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64url").slice(0, fingerprintLength);
}

/** The inverse of `decodePageCursor`. */
export function encodePageCursor(fingerprint: string, values: PageCursorValues): string {
  return Buffer.from(JSON.stringify([fingerprint, ...values])).toString("base64url");
}

/**
 * @param count number of sort values of the query
 * @throws {RestError} invalid_query if the text is not a cursor or belongs to another query
 */
export function decodePageCursor(fingerprint: string, count: number, text: string): PageCursorValues {
  const parsed = parse(text);
  if (!parsed) throw new RestError("invalid_query", { message: "cursor is not a cursor of this server." });
  const [found, ...values] = parsed;
  if (found !== fingerprint || values.length !== count)
    throw new RestError("invalid_query", {
      message: "cursor belongs to another query.",
      remedy:
        "Use a cursor only with the entity type, sort, filters and q of its page, or start again without a cursor.",
    });
  return values;
}

function parse(text: string): (string | null)[] | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    const ok =
      Array.isArray(value) &&
      value.length > 1 &&
      value.every((part) => part === null || (typeof part === "string" && !part.includes("\0")));
    return ok ? value : undefined;
  } catch {
    return undefined;
  }
}
