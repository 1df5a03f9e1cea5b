/**
 * A JSON value as its text. JavaScript's values would drop digits of long numbers, duplicate names and spaces, so JSON columns
 * pass through the gateway as they are stored.
 */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toJSON(): unknown {
    return JSON.parse(this.text);
  }
}

/** Like `JSON.stringify`, but a `JsonText` is rendered as its text. */
export function renderJson(value: unknown): string {
  if (value instanceof JsonText) return value.text;
  if (typeof value !== "object" || value === null || typeof (value as { toJSON?: unknown }).toJSON === "function")
    return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map(renderJson).join(",")}]`;
  const members = Object.entries(value).flatMap(([name, one]) =>
    one === undefined ? [] : [`${JSON.stringify(name)}:${renderJson(one)}`],
  );
  return `{${members.join(",")}}`;
}
