const plain = new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 });
const amounts = new Map<string, Intl.NumberFormat>();

/** A number, or the text of one: documents have texts where a number of JavaScript would lose digits. */
type Numeric = number | string;

/** `Intl.NumberFormat` formats the text of a decimal number with all its digits. */
const exact = (value: Numeric): number => value as number;

export function formatNumber(value: Numeric): string {
  return plain.format(exact(value));
}

const percent = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 2 });

/** Formats a percentage; 12.5 is "12.5%" in English. */
export function formatPercent(value: number): string {
  return percent.format(value / 100);
}

function amountFormat(currency: string): Intl.NumberFormat {
  const known = amounts.get(currency);
  if (known) return known;
  const options: Intl.NumberFormatOptions = { style: "currency", currency, currencyDisplay: "narrowSymbol" };
  const made = new Intl.NumberFormat(undefined, options);
  amounts.set(currency, made);
  return made;
}

/** Formats an amount in its currency (ISO 4217). With an unknown or missing code, two decimals and no symbol. */
export function formatMoney(value: Numeric, currency: string | null | undefined): string {
  if (!currency || !/^[A-Z]{3}$/.test(currency)) {
    return new Intl.NumberFormat(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(
      exact(value),
    );
  }
  return amountFormat(currency).format(exact(value));
}

interface Separators {
  readonly decimal: string;
  readonly group: string;
}

function separatorsOf(locale: string | undefined): Separators {
  const parts = new Intl.NumberFormat(locale).formatToParts(1_234_567.8);
  const find = (type: Intl.NumberFormatPartTypes) => parts.find((part) => part.type === type)?.value;
  return { decimal: find("decimal") ?? ".", group: find("group") ?? "" };
}

const userSeparators = separatorsOf(undefined);

/** Formats a number as the user would type it: with the decimal sign of the locale and no grouping. */
export function numberInput(value: unknown, locale?: string): string {
  return String(value).replace(".", (locale === undefined ? userSeparators : separatorsOf(locale)).decimal);
}

/** Like `parseDecimal`, but as a number of JavaScript. */
export function parseNumber(text: string, locale?: string): number | undefined {
  const decimal = parseDecimal(text, locale);
  return decimal === undefined ? undefined : Number(decimal);
}

/**
 * Parses a number as a user types it, with or without groups of thousands, to its decimal text; undefined if it is not a
 * number. "157,500" is 157500 where the comma groups thousands, and 157.5 where it is the decimal sign.
 */
export function parseDecimal(text: string, locale?: string): string | undefined {
  const { decimal, group } = locale === undefined ? userSeparators : separatorsOf(locale);
  const bare = text.replaceAll(/[\s'\u2019]/g, "");
  const sign = [...bare].findLast((letter) => letter === "." || letter === ",");
  const other = sign === "." ? "," : ".";
  const groupsOnly = (group: string) => new RegExp(`^[-+]?\\d{1,3}(\\${group}\\d{3})+$`).test(bare);
  if (sign === undefined) return finite(bare);
  // A sign groups thousands if it occurs more than once, or if it is the locale's group sign before three digits.
  const repeated = bare.indexOf(sign) !== bare.lastIndexOf(sign);
  if (!bare.includes(other) && groupsOnly(sign) && (repeated || (sign === group && sign !== decimal)))
    return finite(bare.replaceAll(sign, ""));
  if (repeated) return undefined;
  const [whole = "", fraction = ""] = bare.split(sign);
  if (whole.includes(other) && !new RegExp(`^[-+]?\\d{1,3}(\\${other}\\d{3})+$`).test(whole)) return undefined;
  return finite(`${whole.replaceAll(other, "")}.${fraction}`);
}

function finite(text: string): string | undefined {
  if (!/^[-+]?(\d+\.?\d*|\.\d+)$/.test(text)) return undefined;
  return text
    .replace(/^\+/, "")
    .replace(/\.$/, "")
    .replace(/^(-?)\./, "$10.");
}
