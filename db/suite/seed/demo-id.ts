import { createHash } from "node:crypto";

/**
 * The id of the n-th demo row of an entity: md5 of `heliograph:<entity>:<n>` in the shape of a version 5 uuid.
 * Computed, not stored, so a test, a screenshot or a note in a document can name a row that exists in every demo database.
 */
export function demoId(entity: string, n: number): string {
  const hex = createHash("md5").update(`heliograph:${entity}:${n}`).digest("hex");
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}
