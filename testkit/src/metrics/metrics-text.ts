/** Sum of all samples of a metric whose labels match; null when there is none. */
export function sumOfMetric(text: string, name: string, labels?: RegExp): number | null {
  const values = text
    .split("\n")
    .filter((line) => (line.startsWith(`${name}{`) || line.startsWith(`${name} `)) && (labels?.test(line) ?? true))
    .map((line) => Number(line.slice(line.lastIndexOf(" ") + 1)));
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0);
}
