import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";

/** Folders whose documents are not checked: dependencies and the output of builds and runs. */
const ignoredFolders = ["**/node_modules/**", "**/dist/**", "**/.*/**"];
/** The documents. Those that GitHub shows to contributors are in a folder with a dot. */
const documentFolders = [
  { pattern: "**/*.md", exclude: ignoredFolders },
  { pattern: ".github/**/*.md", exclude: [] },
] as const;

/** Links in a sentence, `[text](target "title")`, and definitions of links, `[name]: target`. */
const linkPatterns = [/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g, /^ {0,3}\[[^\]]+\]:\s+<?([^\s>]+)>?/gm];

/** Text without code, in which brackets are not links. */
function prose(markdown: string): string {
  return markdown.replace(/^(```|~~~)[\s\S]*?^\1/gm, "").replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]()]/g, " "));
}

/** The anchors that GitHub generates for the headings of a document; repeated headings get a number. */
function anchors(markdown: string): Set<string> {
  const seen = new Map<string, number>();
  const found = new Set<string>();
  for (const [, heading = ""] of markdown.replace(/^(```|~~~)[\s\S]*?^\1/gm, "").matchAll(/^#{1,6} +(.+?)\s*$/gm)) {
    const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const slug = text.replace(/[^\p{L}\p{N}\s_-]/gu, "").replace(/\s/g, "-");
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    found.add(times === 0 ? slug : `${slug}-${times}`);
  }
  return found;
}

/** One sentence for each link of a document whose target is missing in the repository. Web addresses are not checked. */
function brokenLinksOf(root: string, file: string): string[] {
  const text = readFileSync(path.join(root, file), "utf8");
  const targets = linkPatterns.flatMap((pattern) =>
    [...prose(text).matchAll(pattern)].map(([, target = ""]) => target),
  );
  return targets.flatMap((target) => {
    if (/^[a-z][a-z+.-]*:/i.test(target)) return [];
    const [linked = "", anchor] = target.split("#", 2);
    const resolved = linked === "" ? file : path.join(path.dirname(file), decodeURIComponent(linked));
    if (resolved.startsWith("..") || !existsSync(path.join(root, resolved)))
      return [`${file}: ${target} does not exist`];
    if (anchor === undefined || !resolved.endsWith(".md")) return [];
    const known = anchors(readFileSync(path.join(root, resolved), "utf8"));
    return known.has(anchor) ? [] : [`${file}: ${resolved} has no heading #${anchor}`];
  });
}

/** Checks the links from the documents of the repository at `root` to its files and headings. */
export function brokenLinks(root: string): string[] {
  const documents = documentFolders.flatMap(({ pattern, exclude }) => globSync(pattern, { cwd: root, exclude }));
  return documents.sort().flatMap((file) => brokenLinksOf(root, file));
}
