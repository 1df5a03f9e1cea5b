/*
 * Reads the texts of values inside a JSON text, which must be valid. A number keeps all its digits and a nested document its
 * notation, which parsing would lose.
 */

/** The end of the string that begins at `start`, after its closing quote. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}

/** The parts of an object or array that commas separate. */
function partsOf(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (letter === '"') at = endOfString(text, at) - 1;
    else if (letter === "{" || letter === "[") {
      depth += 1;
      if (depth === 1) start = at + 1;
    } else if (depth === 1 && letter === ",") {
      parts.push(text.slice(start, at));
      start = at + 1;
    } else if (letter === "}" || letter === "]") {
      depth -= 1;
      if (depth === 0) parts.push(text.slice(start, at));
    }
  }
  return parts.length === 1 && parts[0]?.trim() === "" ? [] : parts;
}

/** The texts of the values of an array. */
export function itemTexts(array: string): string[] {
  return partsOf(array).map((part) => part.trim());
}

/** The texts of the values of an object by name. Of several values with one name the last counts, as for `JSON.parse`. */
export function memberTexts(object: string): Map<string, string> {
  return new Map(
    partsOf(object).map((part) => {
      const member = part.trim();
      const end = endOfString(member, 0);
      return [JSON.parse(member.slice(0, end)) as string, member.slice(member.indexOf(":", end) + 1).trim()];
    }),
  );
}
