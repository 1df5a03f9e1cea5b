/** What is recorded, declared once: both engines, the budgets and the report go by these names. */

/** trend: a distribution; rate: a share of yes and no; counter: a sum; gauge: a state, sampled. */
export type MetricKind = "trend" | "rate" | "counter" | "gauge";

export interface MetricInfo {
  readonly kind: MetricKind;
  readonly unit: "ms" | "%" | "bytes" | "1" | "per second";
  readonly meaning: string;
}

const trend = (meaning: string) => ({ kind: "trend", unit: "ms", meaning }) as const;
const rate = (meaning: string) => ({ kind: "rate", unit: "1", meaning }) as const;
const counter = (meaning: string) => ({ kind: "counter", unit: "1", meaning }) as const;

/** Recorded by journeys, in k6 as in Node. */
export const journeyMetrics = {
  rt_connect_ok: rate("sockets that were opened and greeted, of those attempted"),
  rt_connect_ms: trend("from the attempt to WELCOME"),
  rt_subscribe_ok: rate("SUBSCRIBEs that were answered for every row"),
  rt_subscribe_ms: trend("from SUBSCRIBE to SUBSCRIBED"),
  rt_delivery_ms: trend("from the change in the database to the signal; means something on one clock only"),
  rt_echo_ms: trend("from sending a change to its signal at the socket of the same user: one clock wherever it runs"),
  rt_write_ok: rate("changes that were acknowledged"),
  rt_write_ms: trend("from sending a change to its acknowledgement"),
  rt_read_ok: rate("reads that were answered"),
  rt_read_ms: trend("from a request of rows to the answer"),
  rt_expected: counter("signals due: each change times the sockets that hold its row"),
  rt_received: counter("signals that told a socket a new version of a row it holds"),
  rt_delivery_ratio: rate("rows that changed and whose newest version the socket was told, judged at the end"),
  rt_gaps: counter("rows that changed and whose newest version the socket was never told"),
  rt_duplicates: counter("versions told twice to one socket, outside of a resume"),
  rt_out_of_order: counter("versions told after a newer one of the same row"),
  rt_foreign: counter("signals for rows that the socket does not hold"),
  rt_resume_ok: rate("lost connections that went on with RESUME"),
  rt_resume_ms: trend("from the loss of the socket to RESUMED"),
  rt_resubscribed: rate("lost connections that hold all their rows again, by RESUME or by subscribing"),
  rt_unexpected_close: counter("sockets that were closed although the scenario did not provoke it"),
  rt_silence_ms: trend("longest time without any signal at a socket while changes were made"),
  rt_auth_rejected_ok: rate("attempts of abuse that were refused in the documented way"),
  rt_slow_closed: rate("sockets that do not read and were closed with the documented code"),
  rt_opened: counter("sockets opened"),
  rt_closed: counter("sockets closed, by whomever"),
} as const satisfies Record<string, MetricInfo>;

/** Recorded by the runner, around the journeys. */
export const runnerMetrics = {
  generator_cpu: { kind: "gauge", unit: "%", meaning: "load of the generator: above 80 % it measures itself" },
  machine_cpu: { kind: "gauge", unit: "%", meaning: "load of the generator's machine, all cores, whoever causes it" },
  server_cpu: { kind: "gauge", unit: "%", meaning: "load of a service, 100 is one core" },
  server_rss: { kind: "gauge", unit: "bytes", meaning: "memory of a service" },
  server_connections: { kind: "gauge", unit: "1", meaning: "open sockets of a gateway, as it says itself" },
  server_lag_ms: {
    kind: "gauge",
    unit: "ms",
    meaning: "age of the oldest change that has no place in the feed yet",
  },
  rt_cleanup_ratio: rate("rows of sessions and subscriptions that are gone after their sockets have left"),
  rt_told_share: {
    kind: "gauge",
    unit: "1",
    meaning: "signals received of those due; less than 1 where changes coalesced",
  },
  rt_spread_ms: trend("from the first socket that was told of a change to the last one"),
  rt_drift: { kind: "gauge", unit: "1", meaning: "p99 of the last third of the run, in terms of that of the first" },
  rt_recovery_ms: {
    kind: "gauge",
    unit: "ms",
    meaning: "from the end of a burst until signals are as quick as before it",
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
