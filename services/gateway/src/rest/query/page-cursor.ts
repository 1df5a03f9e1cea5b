import { createHash } from "node:crypto";
import { RestError } from "../errors/rest-error.ts";

/** PostgreSQL's texts of the sort values of the last row of a page, the key's last. */
export type CursorValues = readonly (string | null)[];

/** Characters of the fingerprint: 72 bits, ample to notice a mistake; a cursor grants nothing that it would protect. */
const fingerprintLength = 12;

/** What a cursor belongs to: everything of a query but the size of its pages. */
export function queryFingerprint(parts: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64url").slice(0, fingerprintLength);
}

export function encodeCursor(fingerprint: string, values: CursorValues): string {
  return Buffer.from(JSON.stringify([fingerprint, ...values])).toString("base64url");
}

/**
 * @param count how many sort values the query has
 * @throws {RestError} invalid_query for what is no cursor, or the cursor of another query
 */
export function decodeCursor(fingerprint: string, count: number, text: string): CursorValues {
  const parsed = parse(text);
  if (!parsed) throw new RestError("invalid_query", { message: "cursor is not one that this server made." });
  const [found, ...values] = parsed;
  if (found !== fingerprint || values.length !== count)
    throw new RestError("invalid_query", {
      message: "cursor belongs to another query.",
      remedy: "Use a cursor only with the same entity type, sort, filters and q; begin again without it.",
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
