const plain = new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 });
const amounts = new Map<string, Intl.NumberFormat>();

export function formatNumber(value: number): string {
  return plain.format(value);
}

function amountFormat(currency: string): Intl.NumberFormat {
  const known = amounts.get(currency);
  if (known) return known;
  const options: Intl.NumberFormatOptions = { style: "currency", currency, currencyDisplay: "narrowSymbol" };
  const made = new Intl.NumberFormat(undefined, options);
  amounts.set(currency, made);
  return made;
}

/** An amount in its own currency (ISO 4217); with an unknown or missing code two decimals and no symbol. */
export function formatMoney(value: number, currency: string | null | undefined): string {
  if (!currency || !/^[A-Z]{3}$/.test(currency)) {
    return new Intl.NumberFormat(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(value);
  }
  return amountFormat(currency).format(value);
}
