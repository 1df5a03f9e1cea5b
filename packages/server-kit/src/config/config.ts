import { ConfigurationError } from "./configuration-error.ts";

/** One environment variable: how to parse it and how to document it. */
interface Setting<Value> {
  readonly description: string;
  /** Unit of a number, for error messages and the generated table. */
  readonly unit?: string;
  /** The value never appears in logs or messages. */
  readonly secret?: boolean;
  /** Undefined: the variable is required. Null: it is optional. */
  readonly default: Value | undefined;
  readonly type: string;
  readonly parse: (text: string) => Value;
}

/** The table of a service: environment variable name to setting. */
export type ConfigTable = Readonly<Record<string, Setting<unknown>>>;
/** The parsed values of a table. */
export type ConfigOf<Table extends ConfigTable> = {
  readonly [Name in keyof Table]: Table[Name] extends Setting<infer Value> ? Value : never;
};

interface Options<Value> {
  description: string;
  default?: Value;
  unit?: string;
  secret?: boolean;
}

function setting<Value>(type: string, options: Options<Value>, parse: (text: string) => Value): Setting<Value> {
  return { ...options, type, default: options.default, parse };
}

/** A text of at least `minLength` bytes, for which `problem` returns null. */
export function text<Value extends string | null = string>(
  options: Options<Value> & { minLength?: number; problem?: (value: string) => string | null },
): Setting<Value | string> {
  return setting<Value | string>("text", options, (value) => {
    if (options.minLength !== undefined && Buffer.byteLength(value) < options.minLength)
      throw new Error(`must have at least ${options.minLength} bytes, has ${Buffer.byteLength(value)}`);
    const problem = options.problem?.(value) ?? null;
    if (problem !== null) throw new Error(problem);
    return value;
  });
}

/** A whole number between `min` and `max`, both included. */
export function integer(options: Options<number> & { min: number; max: number }): Setting<number> {
  return setting("integer", options, (value) => {
    const number = Number(value);
    if (!/^-?\d+$/.test(value) || !Number.isSafeInteger(number)) throw new Error("must be a whole number");
    if (number < options.min || number > options.max)
      throw new Error(`must be between ${options.min} and ${options.max}${options.unit ? ` ${options.unit}` : ""}`);
    return number;
  });
}

/** `true` or `false`. */
export function flag(options: Options<boolean>): Setting<boolean> {
  return setting("flag", options, (value) => {
    if (value === "true") return true;
    if (value === "false") return false;
    throw new Error("must be true or false");
  });
}

/** A URL with one of the given protocols, for example `postgresql:`. Kept as text. */
export function url<Value extends string | null = string>(
  options: Options<Value> & { protocols: readonly string[] },
): Setting<Value | string> {
  return setting<Value | string>("url", { ...options, secret: options.secret ?? true }, (value) => {
    if (!URL.canParse(value)) throw new Error("must be a URL");
    const { protocol } = new URL(value);
    const known = options.protocols.map((name) => `${name}//`);
    if (!known.includes(`${protocol}//`)) throw new Error(`must begin with ${known.join(" or ")}`);
    return value;
  });
}

/** One of the given words. */
export function choice<const Word extends string>(options: Options<Word> & { words: readonly Word[] }): Setting<Word> {
  return setting("choice", options, (value) => {
    const word = options.words.find((known) => known === value);
    if (word === undefined) throw new Error(`must be one of ${options.words.join(", ")}`);
    return word;
  });
}

/** Words separated by commas; empty text is an empty list. */
export function list(options: Options<readonly string[]>): Setting<readonly string[]> {
  return setting("list", options, (value) =>
    value
      .split(",")
      .map((word) => word.trim())
      .filter((word) => word !== ""),
  );
}

/**
 * Reads every variable of the table once and freezes the result. An empty variable counts as absent, because orchestrators
 * pass unset values as empty text.
 * @throws {ConfigurationError} naming every invalid variable and its meaning, but never the value of a secret
 */
export function loadConfig<Table extends ConfigTable>(
  table: Table,
  environment: Readonly<Record<string, string | undefined>>,
): ConfigOf<Table> {
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, entry] of Object.entries(table)) {
    const raw = environment[name];
    if (raw === undefined || raw === "") {
      if (entry.default === undefined) problems.push(`${name} is required but not set (${entry.description})`);
      else values[name] = entry.default;
      continue;
    }
    try {
      values[name] = entry.parse(raw);
    } catch (error) {
      const shown = entry.secret ? "" : `, but is ${JSON.stringify(raw)}`;
      problems.push(`${name} ${error instanceof Error ? error.message : String(error)}${shown} (${entry.description})`);
    }
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  return Object.freeze(values) as ConfigOf<Table>;
}

function defaultText(value: unknown): string {
  if (value === undefined) return "required";
  if (value === null) return "none";
  const shown = String(value);
  return shown === "" ? "empty" : `\`${shown}\``;
}

/** The table in Markdown, for the generated documentation of the settings. */
export function renderConfigTable(table: ConfigTable): string {
  const rows = Object.entries(table).map(
    ([name, entry]) =>
      `| \`${name}\` | ${entry.type} | ${defaultText(entry.default)} | ${entry.unit ?? ""} | ${entry.description} |`,
  );
  return ["| variable | type | default | unit | meaning |", "|---|---|---|---|---|", ...rows, ""].join("\n");
}
