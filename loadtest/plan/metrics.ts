/** Every metric of a run. Both engines, the budgets and the report use these names. */

/** trend: a distribution; rate: the share of samples that are 1; counter: a sum; gauge: a state, sampled over time. */
type MetricKind = "trend" | "rate" | "counter" | "gauge";

interface MetricInfo {
  readonly kind: MetricKind;
  readonly unit: "ms" | "%" | "bytes" | "1" | "per second";
  readonly meaning: string;
}

const trend = (meaning: string) => ({ kind: "trend", unit: "ms", meaning }) as const;
const rate = (meaning: string) => ({ kind: "rate", unit: "1", meaning }) as const;
const counter = (meaning: string) => ({ kind: "counter", unit: "1", meaning }) as const;

/** Recorded by journeys, under k6 as in Node. */
export const journeyMetrics = {
  rt_connect_ok: rate("attempted sockets that were opened and received WELCOME"),
  rt_connect_ms: trend("from the connection attempt to WELCOME"),
  rt_subscribe_ok: rate("SUBSCRIBE messages that were accepted for every row"),
  rt_subscribe_ms: trend("from SUBSCRIBE to SUBSCRIBED"),
  rt_delivery_ms: trend("from the change in the database to the signal; valid only when both read the same clock"),
  rt_echo_ms: trend("from sending a change to its signal at the same user's socket; needs only the generator's clock"),
  rt_write_ok: rate("changes that were acknowledged"),
  rt_write_ms: trend("from sending a change to its acknowledgement"),
  rt_read_ok: rate("reads that were answered"),
  rt_read_ms: trend("from requesting rows to the response"),
  rt_expected: counter("signals due: for each change, the number of sockets that hold its row"),
  rt_received: counter("signals that brought a socket a new version of a row it holds"),
  rt_delivery_ratio: rate("changed rows whose newest version reached the socket, verified at the end"),
  rt_gaps: counter("changed rows whose newest version never reached the socket"),
  rt_duplicates: counter("versions that one socket received twice outside a resume"),
  rt_out_of_order: counter("versions that arrived after a newer one of the same row"),
  rt_foreign: counter("signals for rows that the socket does not hold"),
  rt_resume_ok: rate("lost connections that continued with RESUME"),
  rt_resume_ms: trend("from losing the socket to RESUMED"),
  rt_resubscribed: rate("lost connections that hold all their rows again, by RESUME or by SUBSCRIBE"),
  rt_unexpected_close: counter("sockets that were closed although the scenario did not provoke it"),
  rt_silence_ms: trend("longest time without any signal at a socket while changes were made"),
  rt_auth_rejected_ok: rate("attempts of abuse that were rejected in the documented way"),
  rt_slow_closed: rate("sockets that do not read and were closed with the documented code"),
  rt_opened: counter("sockets opened"),
  rt_closed: counter("sockets closed, by either side"),
} as const satisfies Record<string, MetricInfo>;

/** Recorded by the runner, outside the journeys. */
const runnerMetrics = {
  generator_cpu: {
    kind: "gauge",
    unit: "%",
    meaning: "CPU load of the generator; above 80 % it is the bottleneck itself",
  },
  machine_cpu: { kind: "gauge", unit: "%", meaning: "CPU load of the generator's machine, all cores, all processes" },
  server_cpu: { kind: "gauge", unit: "%", meaning: "CPU load of a service; 100 is one core" },
  server_rss: { kind: "gauge", unit: "bytes", meaning: "resident memory of a service" },
  server_connections: { kind: "gauge", unit: "1", meaning: "open sockets of a gateway, as it reports them" },
  server_lag_ms: { kind: "gauge", unit: "ms", meaning: "age of the oldest change that is not in the feed yet" },
  rt_cleanup_ratio: rate("session and subscription rows that are gone after their sockets closed"),
  rt_received_share: {
    kind: "gauge",
    unit: "1",
    meaning: "signals received divided by signals due; below 1 where changes coalesced",
  },
  rt_spread_ms: trend("from the first socket to receive a change to the last one"),
  rt_drift: { kind: "gauge", unit: "1", meaning: "p99 of the last third of the run divided by p99 of the first third" },
  rt_recovery_ms: {
    kind: "gauge",
    unit: "ms",
    meaning: "from the end of a burst until signals are as fast as before it",
  },
  rt_bytes_per_socket: { kind: "gauge", unit: "bytes", meaning: "growth of the gateways' memory per idle socket" },
  study_rate: { kind: "gauge", unit: "per second", meaning: "changes per second that were sustained" },
  study_drain_rate: { kind: "gauge", unit: "per second", meaning: "changes sequenced and published per second" },
} as const satisfies Record<string, MetricInfo>;

export const metrics = { ...journeyMetrics, ...runnerMetrics };
export type JourneyMetric = keyof typeof journeyMetrics;
export type MetricName = keyof typeof metrics;

/** Whether a text is the name of a metric. */
export function isMetric(name: string): name is MetricName {
  return Object.hasOwn(metrics, name);
}
