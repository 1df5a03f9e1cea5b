import { createHash } from "node:crypto";

/**
 * Computes the id of the n-th demo row of an entity type: md5 of `heliograph:<entity>:<n>` in the format of a version 5
 * UUID. The ids are the same in every demo database, so that tests, screenshots and documents can refer to rows.
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
