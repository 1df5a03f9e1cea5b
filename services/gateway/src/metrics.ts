import type { EmfNames, MetricsRegistry } from "@heliograph/server-kit";
import { Counter, Gauge, Histogram } from "prom-client";

/** Counters of one gateway. All names begin with heliograph_gateway_. */
export type GatewayMetrics = ReturnType<typeof createGatewayMetrics>;

/** What CloudWatch is told each minute, when it is: what a fleet is scaled by and what alarms look at. */
export const gatewayEmf: EmfNames = {
  ActiveConnections: "heliograph_gateway_connections",
  Subscriptions: "heliograph_gateway_subscriptions",
  Delayed: "heliograph_gateway_delayed",
  FeedLagSeconds: "heliograph_gateway_feed_lag_seconds",
  FeedErrors: "heliograph_gateway_feed_errors_total",
  Repairs: "heliograph_gateway_repairs_total",
  SlowCloses: "heliograph_gateway_slow_closes_total",
};

const secondsBuckets = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createGatewayMetrics(metricsRegistry: MetricsRegistry) {
  const registers = [metricsRegistry];
  const counter = <Label extends string = never>(name: string, help: string, labelNames: Label[] = []) =>
    new Counter({ name: `heliograph_gateway_${name}`, help, labelNames, registers });
  const gauge = (name: string, help: string) => new Gauge({ name: `heliograph_gateway_${name}`, help, registers });
  const seconds = <Label extends string = never>(name: string, help: string, labelNames: Label[] = []) =>
    new Histogram({ name: `heliograph_gateway_${name}`, help, labelNames, buckets: secondsBuckets, registers });
  // Asked at each scrape instead of counted at each change; the service that knows puts its own functions in.
  const sizes = {
    connections: () => 0,
    subscriptions: () => 0,
    dormant: () => 0,
    ring_items: () => 0,
    delayed: () => 0,
  };
  const sized = (name: keyof typeof sizes, help: string) =>
    new Gauge({
      name: `heliograph_gateway_${name}`,
      help,
      registers,
      collect() {
        this.set(sizes[name]());
      },
    });
  return {
    sizes,
    connections: sized("connections", "open sockets"),
    subscriptions: sized("subscriptions", "ids and containers held by all sockets"),
    dormant: sized("dormant", "ids and containers that were refused and are watched until they can be read"),
    woken: counter("woken_total", "refused ids and containers that became readable"),
    messagesIn: counter("messages_in_total", "messages received", ["type"]),
    messagesOut: counter("messages_out_total", "answers sent, by type", ["type"]),
    invalidations: counter("invalidations_total", "changes told to sockets"),
    refused: counter("refused_upgrades_total", "sockets refused before the handshake", ["code"]),
    closes: counter("closes_total", "closed sockets", ["code"]),
    slowCloses: counter("slow_closes_total", "sockets closed because their client read too slowly"),
    resumes: counter("resumes_total", "attempts to go on with a lost connection, by how they ended", ["result"]),
    replays: counter("replays_total", "resumed connections, by where the missed changes were found", ["source"]),
    resets: counter("resets_total", "sockets told to subscribe again, by reason", ["reason"]),
    bookmarks: counter("bookmarks_total", "positions given to sockets"),
    sessionsLost: counter("sessions_lost_total", "connections of open sockets that were found changed", ["why"]),
    delayed: sized("delayed", "1 while changes do not reach this gateway in time"),
    delayedSockets: counter("delayed_sockets_total", "sockets told that they are behind"),
    ringItems: sized("ring_items", "changes kept in memory for connections that come back"),
    feedPosition: gauge("feed_position", "sequence number up to which changes were applied"),
    feedLag: seconds("feed_lag_seconds", "from the newest change of a batch in the database to its application here"),
    repairs: counter("repairs_total", "reads of the log in place of a hint", ["reason"]),
    repairedRows: counter("repaired_rows_total", "changes found by reading the log"),
    feedErrors: counter("feed_errors_total", "failed reads of log or head"),
    otherHistories: counter("other_histories_total", "times the log turned out to be another one"),
    redisConnected: gauge("redis_connected", "1 while hints are heard"),
    malformedHints: counter("malformed_hints_total", "bus messages that are none"),
    subscribeSeconds: seconds("subscribe_seconds", "from SUBSCRIBE to SUBSCRIBED"),
    rightsReads: counter("rights_reads_total", "reads of what a user may still read, before a signal", ["result"]),
    errors: counter("errors_total", "failures inside the socket service"),
    requestSeconds: seconds("request_seconds", "REST requests", ["route", "status"]),
  };
}
