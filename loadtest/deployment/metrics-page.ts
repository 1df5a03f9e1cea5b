/** Longest wait for a metrics page, milliseconds: a busy or stopped service must not hold up the sampling. */
const timeoutMs = 1500;

/** Values of a Prometheus page by metric name. Lines that differ only in labels are summed. */
function parseMetrics(text: string): Map<string, number> {
  const values = new Map<string, number>();
  for (const line of text.split("\n")) {
    const match = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{.*\})? (\S+)/.exec(line);
    if (!match?.[1]) continue;
    values.set(match[1], (values.get(match[1]) ?? 0) + Number(match[2]));
  }
  return values;
}

/** The metrics of a service by name; null when it does not respond. */
export async function readMetrics(url: string): Promise<Map<string, number> | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    return response.ok ? parseMetrics(await response.text()) : null;
  } catch {
    return null;
  }
}

/** One metric of a service; undefined when the service does not respond or does not have it. */
export async function readMetric(url: string, name: string): Promise<number | undefined> {
  return (await readMetrics(url))?.get(name);
}
