import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The operators' guide, and what in it can be run. */
export const guide = readFileSync(fileURLToPath(new URL("../../../docs/operations.md", import.meta.url)), "utf8");

function blocksOf(kind: string): string[] {
  return [...guide.matchAll(new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(([, text = ""]) => text);
}

export const sqlBlocks = blocksOf("sql");
export const shellBlocks = blocksOf("sh");

/** What stands between single backticks outside of blocks. */
const inline = [...guide.replaceAll(/^```[\s\S]*?^```$/gm, "").matchAll(/`([^`\n]+)`/g)].map(([, text = ""]) => text);

/** A word of SQL alone, as in `truncate`, is none. */
const statement = /^(?:select|update|delete from|insert into|truncate|alter|call|with|explain)\s\S/i;

/** Whole statements within sentences. */
export const inlineSql = [...new Set(inline.filter((text) => statement.test(text)))];

/** Whole commands within sentences, for programs that are here or have a stand-in. */
export const inlineCommands = [...new Set(inline.filter((text) => /^(?:aws|\.\/\S+\.sh) \S/.test(text)))];
