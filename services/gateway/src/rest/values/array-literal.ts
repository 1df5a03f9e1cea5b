import { JsonText } from "./json-text.ts";

/*
 * Arrays in PostgreSQL's notation: `{1,NULL,"a b"}`, nested for several dimensions. A semicolon separates the elements of box
 * arrays, a comma those of all others.
 */

export type ArrayTexts = readonly (string | null | ArrayTexts)[];

const delimiterOf = (elementType: string): string => (elementType === "box" ? ";" : ",");

/** Texts of the elements; undefined if a bound is not 1 (`[0:1]={a,b}`), or if the text is no array (`int2vector`). */
export function parseArray(elementType: string, text: string): ArrayTexts | undefined {
  if (!text.startsWith("{")) return undefined;
  const delimiter = delimiterOf(elementType);
  let at = 0;
  const quoted = (): string => {
    let value = "";
    for (at += 1; text[at] !== '"'; at += 1) {
      if (text[at] === "\\") at += 1;
      value += text[at];
    }
    at += 1;
    return value;
  };
  const bare = (): string | null => {
    const start = at;
    while (at < text.length && text[at] !== delimiter && text[at] !== "}") at += 1;
    const value = text.slice(start, at);
    return value === "NULL" ? null : value;
  };
  const elements = (): (string | null | ArrayTexts)[] => {
    const values: (string | null | ArrayTexts)[] = [];
    at += 1;
    while (text[at] !== "}" && at < text.length) {
      values.push(text[at] === "{" ? elements() : text[at] === '"' ? quoted() : bare());
      if (text[at] === delimiter) at += 1;
    }
    at += 1;
    return values;
  };
  return elements();
}

/** The inverse: an array as a parameter of a statement. */
export function arrayLiteral(elementType: string, values: readonly unknown[]): string {
  const rendered = values.map((value) => {
    if (value === null) return "NULL";
    if (Array.isArray(value)) return arrayLiteral(elementType, value);
    const text =
      value instanceof JsonText ? value.text : typeof value === "object" ? JSON.stringify(value) : `${value}`;
    return `"${text.replaceAll(/[\\"]/g, "\\$&")}"`;
  });
  return `{${rendered.join(delimiterOf(elementType))}}`;
}
