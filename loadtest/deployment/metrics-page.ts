import { sumOfMetric } from "@heliograph/testkit/metrics/metrics-text";

/** Longest wait for a metrics page, milliseconds: a busy or stopped service must not hold up the sampling. */
const timeoutMs = 1500;

/** Text of a Prometheus metrics page; null when the service does not respond. */
export async function readMetricsPage(url: string): Promise<string | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    return response.ok ? await response.text() : null;
  } catch {
    return null;
  }
}

/** One metric of a service, summed over its labels; null when the service does not respond or does not have it. */
export async function readMetric(url: string, name: string): Promise<number | null> {
  const page = await readMetricsPage(url);
  return page === null ? null : sumOfMetric(page, name);
}
