import { readdirSync, readFileSync } from "node:fs";
/** A service whose process may be replaced while it is monitored. */
export interface WatchedService {
  readonly name: string;
  readonly pid: number | null;
}

const SAMPLE_MS = 5_000;
/** Samples before this are ignored, because Node's heap first grows to its working size. */
const WARM_UP_MS = 60_000;

/** Resources of one process at one time. */
interface Sample {
  readonly atMs: number;
  readonly rssMib: number;
  readonly fds: number;
}

/** Resources by process ("name pid"), for processes that ran long enough. */
export type Resources = Readonly<
  Record<string, { seconds: number; rssMib: number; rssMibPerHour: number; fds: number; fdsAtBegin: number }>
>;

/** Samples memory and open files of services, to find leaks. */
export class ResourceWatch {
  readonly #samples = new Map<string, Sample[]>();
  #services: readonly WatchedService[] = [];
  readonly #began = performance.now();
  readonly #timer: NodeJS.Timeout;

  constructor() {
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MS);
    this.#timer.unref();
  }

  follow(services: readonly WatchedService[]): void {
    this.#services = services;
  }

  /** Stops sampling and returns the result. */
  result(): Resources {
    clearInterval(this.#timer);
    const lines = [...this.#samples].flatMap(([name, all]) => {
      const samples = all.filter(({ atMs }) => atMs - (all[0]?.atMs ?? 0) >= WARM_UP_MS);
      const [first, last] = [samples[0], samples.at(-1)];
      if (first === undefined || last === undefined || last.atMs - first.atMs < WARM_UP_MS) return [];
      const seconds = Math.round((last.atMs - first.atMs) / 1_000);
      const rssMibPerHour = Math.round(slope(samples) * 3_600_000);
      return [[name, { seconds, rssMib: last.rssMib, rssMibPerHour, fds: last.fds, fdsAtBegin: first.fds }] as const];
    });
    return Object.fromEntries(lines);
  }

  #sample(): void {
    for (const { name, pid } of this.#services) {
      const sample = pid === null ? null : sampleOf(pid, performance.now() - this.#began);
      if (sample === null) continue;
      const key = `${name} ${pid}`;
      const samples = this.#samples.get(key);
      if (samples === undefined) this.#samples.set(key, [sample]);
      else samples.push(sample);
    }
  }
}

/** Resident memory of a process in MiB; null when it cannot be read. */
export function residentMib(pid: number): number | null {
  try {
    const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kib === undefined ? null : Number(kib) / 1_024;
  } catch {
    return null;
  }
}

function sampleOf(pid: number, atMs: number): Sample | null {
  const rssMib = residentMib(pid);
  if (rssMib === null) return null;
  try {
    return { atMs, rssMib: Math.round(rssMib), fds: readdirSync(`/proc/${pid}/fd`).length };
  } catch {
    return null;
  }
}

/** Slope of the least-squares line through the samples, MiB per millisecond. */
function slope(samples: readonly Sample[]): number {
  const mean = (of: (sample: Sample) => number) =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const [time, size] = [mean(({ atMs }) => atMs), mean(({ rssMib }) => rssMib)];
  let [above, below] = [0, 0];
  for (const { atMs, rssMib } of samples) {
    above += (atMs - time) * (rssMib - size);
    below += (atMs - time) ** 2;
  }
  return below === 0 ? 0 : above / below;
}
