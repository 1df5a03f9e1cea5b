import { cpus } from "node:os";
import { sumOfMetric } from "@heliograph/testkit/metrics/metrics-text";
import type { Recording } from "../report/recording.ts";
import type { Deployment } from "./deployment.ts";
import { readMetricsPage } from "./metrics-page.ts";

/** Interval of the samples, milliseconds: fine enough for a plot, and too rare to disturb the measurement. */
const intervalMs = 2000;

/** CPU time that the generator has used since it started, seconds; null where it cannot be known. */
export type CpuSeconds = () => number | null;

/** CPU time of this process. */
export const ownCpuSeconds: CpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

function machineTimes(): { busy: number; total: number } {
  let [busy, total] = [0, 0];
  for (const { times } of cpus()) {
    const sum = times.user + times.nice + times.sys + times.idle + times.irq;
    total += sum;
    busy += sum - times.idle;
  }
  return { busy, total };
}

/** Turns samples of a growing counter into rates. */
class RateMeter {
  #at = 0;
  #value = 0;

  /** Growth per second since the last sample; undefined for the first sample and after a reset of the counter. */
  sample(value: number, at: number): number | undefined {
    const rate = this.#at > 0 && at > this.#at ? ((value - this.#value) * 1000) / (at - this.#at) : undefined;
    this.#at = at;
    this.#value = value;
    // The counters of a restarted service start again at zero.
    return rate !== undefined && rate < 0 ? undefined : rate;
  }
}

/**
 * Samples the services and the generator until it is disposed of.
 * @param generator `cores`: how many cores it can use; its load is recorded as a percentage of them
 */
export function startDeploymentSampler(
  deployment: Deployment,
  recording: Recording,
  generator: { cpuSeconds: CpuSeconds; cores: number },
): AsyncDisposable & { sample(): Promise<void> } {
  const meters = new Map<string, RateMeter>();
  const rateOf = (name: string, value: number, at: number): number | undefined => {
    const meter = meters.get(name) ?? new RateMeter();
    meters.set(name, meter);
    return meter.sample(value, at);
  };

  const sampleServices = async (): Promise<void> => {
    await Promise.all(
      deployment.services().map(async ({ name, metricsUrl }) => {
        const page = await readMetricsPage(metricsUrl);
        if (page === null) return;
        const at = Date.now();
        const tags = { service: name };
        const cpu = rateOf(metricsUrl, sumOfMetric(page, "process_cpu_seconds_total") ?? 0, at);
        if (cpu !== undefined) recording.add("server_cpu", cpu * 100, at, tags);
        recording.add("server_rss", sumOfMetric(page, "process_resident_memory_bytes") ?? 0, at, tags);
        const connections = sumOfMetric(page, "heliograph_gateway_connections");
        if (connections !== null) recording.add("server_connections", connections, at, tags);
      }),
    );
  };

  const sampleGenerator = (): void => {
    const at = Date.now();
    const cpuSeconds = generator.cpuSeconds();
    const load = cpuSeconds === null ? undefined : rateOf("generator", cpuSeconds, at);
    if (load !== undefined) recording.add("generator_cpu", (load * 100) / generator.cores, at);
    const { busy, total } = machineTimes();
    const busyRate = rateOf("busy", busy, at);
    const totalRate = rateOf("total", total, at);
    if (busyRate !== undefined && totalRate) recording.add("machine_cpu", (100 * busyRate) / totalRate, at);
  };

  const sample = async (): Promise<void> => {
    sampleGenerator();
    await sampleServices();
    const lag = await deployment.lagMs().catch(() => null);
    if (lag !== null) recording.add("server_lag_ms", lag, Date.now());
  };

  let inFlight = false;
  let latest: Promise<void> = Promise.resolve();
  const sampleUnlessInFlight = (): void => {
    if (inFlight) return;
    inFlight = true;
    latest = sample().finally(() => {
      inFlight = false;
    });
    latest.catch(() => undefined);
  };
  sampleUnlessInFlight();
  const timer = setInterval(sampleUnlessInFlight, intervalMs);
  return {
    sample,
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      await latest.catch(() => undefined);
    },
  };
}
