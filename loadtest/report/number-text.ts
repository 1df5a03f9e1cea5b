/** A number with as many digits as are significant, and its unit. */
export function numberText(value: number | undefined, unit = ""): string {
  if (value === undefined) return "–";
  if (!Number.isFinite(value)) return "never";
  if (unit === "bytes") return value >= 1e6 ? `${numberText(value / 1e6)} MB` : `${numberText(value / 1e3)} kB`;
  const digits = Number.isInteger(value) || Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  const text = value.toLocaleString("en-US", { maximumFractionDigits: digits });
  return unit === "" || unit === "1" ? text : `${text} ${unit}`;
}

/** A share between 0 and 1 as a percentage. A share below 1 is never rounded up to 100 %. */
export function shareText(share: number | undefined): string {
  if (share === undefined) return "–";
  if (share === 1) return "100 %";
  const percent = Math.min(100 * share, share < 1 ? 99.9999 : Number.POSITIVE_INFINITY);
  return `${percent.toLocaleString("en-US", { maximumFractionDigits: percent > 99 ? 4 : 2 })} %`;
}
