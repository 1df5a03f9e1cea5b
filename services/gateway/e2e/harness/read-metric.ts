import { sumOfMetric } from "@heliograph/testkit/metrics/metrics-text";

/** Limit for the answer, because a frozen process accepts connections and never answers. */
const timeoutMs = 1000;

/**
 * The sum of all samples of a metric of a running service whose labels match.
 * @throws if the service does not answer or has no such sample
 */
export async function readMetric(serviceUrl: string, name: string, labels?: RegExp): Promise<number> {
  const response = await fetch(new URL("/metrics", serviceUrl), { signal: AbortSignal.timeout(timeoutMs) });
  const sum = sumOfMetric(await response.text(), name, labels);
  if (sum === null) throw new Error(`${serviceUrl} has no metric ${name} ${labels ?? ""}`);
  return sum;
}
