import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Text of the operations guide. The other exports are the parts of it that can be run. */
export const guide = readFileSync(fileURLToPath(new URL("../../../docs/operations.md", import.meta.url)), "utf8");

function blocksOf(kind: string): string[] {
  return [...guide.matchAll(new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(([, text = ""]) => text);
}

export const sqlBlocks = blocksOf("sql");
export const shellBlocks = blocksOf("sh");

/** Inline code: text between single backticks outside code blocks. */
const inline = [...guide.replaceAll(/^```[\s\S]*?^```$/gm, "").matchAll(/`([^`\n]+)`/g)].map(([, text = ""]) => text);

/** A single SQL keyword, such as `truncate`, does not count as a statement. */
const statement = /^(?:select|update|delete from|insert into|truncate|alter|call|with|explain)\s\S/i;

/** Complete statements in inline code. */
export const inlineSql = [...new Set(inline.filter((text) => statement.test(text)))];

/** Complete commands in inline code, for programs that exist in the repository or have a stand-in. */
export const inlineCommands = [...new Set(inline.filter((text) => /^(?:aws|\.\/\S+\.sh) \S/.test(text)))];
