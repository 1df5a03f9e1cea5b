/** A frozen process accepts connections and never answers. */
const answerWithinMs = 1000;

/** The value of a metric of a running service: the sum of its lines that carry these labels, among others. */
export async function metric(
  serviceUrl: string,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number> {
  const response = await fetch(new URL("/metrics", serviceUrl), { signal: AbortSignal.timeout(answerWithinMs) });
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const lines = (await response.text())
    .split("\n")
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .filter((line) => wanted.every((label) => line.includes(label)));
  if (lines.length === 0) throw new Error(`${serviceUrl} has no metric ${name} ${wanted.join(" ")}`);
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
}
