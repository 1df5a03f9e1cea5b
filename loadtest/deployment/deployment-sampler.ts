import { cpus } from "node:os";
import type { Recording } from "../report/recording.ts";
import type { Site } from "./deployment.ts";
import { readMetrics } from "./metrics-page.ts";

/** Often enough for a plot, seldom enough to cost nothing, milliseconds. */
const everyMs = 2000;

/** CPU time in seconds that the generator has used since it began. */
export type CpuSeconds = () => number | null;

/** This process: it works on one core. */
export const ownCpuSeconds: CpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

function machineTimes(): { busy: number; all: number } {
  let [busy, all] = [0, 0];
  for (const { times } of cpus()) {
    const sum = times.user + times.nice + times.sys + times.idle + times.irq;
    all += sum;
    busy += sum - times.idle;
  }
  return { busy, all };
}

/** Rates from counters that only grow. */
class Meter {
  #at = 0;
  #value = 0;

  /** Growth per second since the last time; undefined at the first. */
  take(value: number, at: number): number | undefined {
    const rate = this.#at > 0 && at > this.#at ? ((value - this.#value) * 1000) / (at - this.#at) : undefined;
    this.#at = at;
    this.#value = value;
    // A restarted service begins again at zero.
    return rate !== undefined && rate < 0 ? undefined : rate;
  }
}

/**
 * Samples the services and the generator until it is disposed of. `cores`: how many the generator can use; its load is a
 * percentage of that.
 */
export function watchSite(
  site: Site,
  recording: Recording,
  generator: { cpuSeconds: CpuSeconds; cores: number },
): AsyncDisposable & { sample(): Promise<void> } {
  const meters = new Map<string, Meter>();
  const rateOf = (name: string, value: number, at: number): number | undefined => {
    const meter = meters.get(name) ?? new Meter();
    meters.set(name, meter);
    return meter.take(value, at);
  };

  const sampleServices = async (): Promise<void> => {
    await Promise.all(
      site.observed().map(async ({ name, metricsUrl }) => {
        const found = await readMetrics(metricsUrl);
        if (!found) return;
        const at = Date.now();
        const tags = { service: name };
        const cpu = rateOf(metricsUrl, found.get("process_cpu_seconds_total") ?? 0, at);
        if (cpu !== undefined) recording.add("server_cpu", cpu * 100, at, tags);
        recording.add("server_rss", found.get("process_resident_memory_bytes") ?? 0, at, tags);
        const connections = found.get("heliograph_gateway_connections");
        if (connections !== undefined) recording.add("server_connections", connections, at, tags);
      }),
    );
  };

  const sampleGenerator = (): void => {
    const at = Date.now();
    const used = generator.cpuSeconds();
    const load = used === null ? undefined : rateOf("generator", used, at);
    if (load !== undefined) recording.add("generator_cpu", (load * 100) / generator.cores, at);
    const { busy, all } = machineTimes();
    const busyRate = rateOf("busy", busy, at);
    const allRate = rateOf("all", all, at);
    if (busyRate !== undefined && allRate) recording.add("machine_cpu", (100 * busyRate) / allRate, at);
  };

  const sample = async (): Promise<void> => {
    sampleGenerator();
    await sampleServices();
    const lag = await site.lagMs().catch(() => null);
    if (lag !== null) recording.add("server_lag_ms", lag, Date.now());
  };

  let busy: Promise<void> = sample();
  let under = true;
  void busy.finally(() => {
    under = false;
  });
  const timer = setInterval(() => {
    if (under) return;
    under = true;
    busy = sample().finally(() => {
      under = false;
    });
    busy.catch(() => undefined);
  }, everyMs);
  return {
    sample,
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      await busy.catch(() => undefined);
    },
  };
}
