import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";

/** Dependencies bring documents of their own, and what a build or a run left is nobody's text. */
const FOREIGN = ["**/node_modules/**", "**/dist/**", "**/.*/**"];

/** Text without its code, in which brackets mean something else. */
function prose(markdown: string): string {
  return markdown.replace(/^(```|~~~)[\s\S]*?^\1/gm, "").replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]()]/g, " "));
}

/** The anchors that GitHub gives the headings of a document; a repeated heading gets a number. */
function anchors(markdown: string): Set<string> {
  const seen = new Map<string, number>();
  const found = new Set<string>();
  for (const [, heading = ""] of markdown.replace(/^(```|~~~)[\s\S]*?^\1/gm, "").matchAll(/^#{1,6} +(.+?)\s*$/gm)) {
    const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const slug = words.replace(/[^\p{L}\p{N}\s_-]/gu, "").replace(/\s/g, "-");
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    found.add(times === 0 ? slug : `${slug}-${times}`);
  }
  return found;
}

/** A sentence for each link of a document that leads nowhere inside the repository; the web is not asked. */
function brokenLinksOf(root: string, file: string): string[] {
  const text = readFileSync(path.join(root, file), "utf8");
  const targets = [...prose(text).matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g)].map(([, target = ""]) => target);
  return targets.flatMap((target) => {
    if (/^[a-z][a-z+.-]*:/i.test(target)) return [];
    const [place = "", anchor] = target.split("#", 2);
    const aim = place === "" ? file : path.join(path.dirname(file), decodeURIComponent(place));
    if (aim.startsWith("..") || !existsSync(path.join(root, aim))) return [`${file}: there is no ${target}`];
    if (anchor === undefined || !aim.endsWith(".md")) return [];
    const known = anchors(readFileSync(path.join(root, aim), "utf8"));
    return known.has(anchor) ? [] : [`${file}: ${aim} has no heading #${anchor}`];
  });
}

/** Checks the links between the documents and to the files of the repository at `root`. */
export function brokenLinks(root: string): string[] {
  const documents = globSync("**/*.md", { cwd: root, exclude: FOREIGN });
  return documents.sort().flatMap((file) => brokenLinksOf(root, file));
}
