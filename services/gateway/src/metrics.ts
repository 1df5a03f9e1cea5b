import type { EmfNames, MetricsRegistry } from "@heliograph/server-kit";
import { Counter, Gauge, Histogram } from "prom-client";
import type { SyncSizes } from "./sync/pubsub-service.ts";

/** Counters of one gateway. All names begin with heliograph_gateway_. */
export type GatewayMetrics = ReturnType<typeof createGatewayMetrics>;

/** Metrics sent to CloudWatch each minute, where configured: for autoscaling and alarms. */
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
  // Read at each scrape instead of counted at each change.
  let readSizes = (): SyncSizes => ({ connections: 0, subscriptions: 0, refused: 0, ringItems: 0, delayed: false });
  const size = (name: string, help: string, read: (sizes: SyncSizes) => number) =>
    new Gauge({
      name: `heliograph_gateway_${name}`,
      help,
      registers,
      collect() {
        this.set(read(readSizes()));
      },
    });
  size("connections", "open sockets", ({ connections }) => connections);
  size("subscriptions", "subscriptions of all sockets", ({ subscriptions }) => subscriptions);
  size("refused_subscriptions", "refused subscriptions, watched until they become readable", ({ refused }) => refused);
  size("ring_items", "changes kept in memory for connections that resume", ({ ringItems }) => ringItems);
  size("delayed", "1 while changes do not reach this gateway in time", ({ delayed }) => (delayed ? 1 : 0));
  return {
    /** Sets the source of the gauges that are read at each scrape. */
    observeSizes(read: () => SyncSizes): void {
      readSizes = read;
    },
    restoredSubscriptions: counter("restored_subscriptions_total", "refused subscriptions that became readable"),
    messagesIn: counter("messages_in_total", "messages received", ["type"]),
    messagesOut: counter("messages_out_total", "answers sent, by type", ["type"]),
    invalidations: counter("invalidations_total", "changes sent to sockets"),
    refused: counter("refused_upgrades_total", "sockets refused before the handshake", ["code"]),
    closes: counter("closes_total", "closed sockets", ["code"]),
    slowCloses: counter("slow_closes_total", "sockets closed because their client read too slowly"),
    resumes: counter("resumes_total", "RESUME messages, by outcome", ["result"]),
    replays: counter("replays_total", "resumed connections, by where missed changes were found", ["source"]),
    resets: counter("resets_total", "RESET messages, by reason", ["reason"]),
    bookmarks: counter("bookmarks_total", "BOOKMARK messages"),
    sessionsLost: counter("sessions_lost_total", "sessions of open sockets that differed from their rows", ["why"]),
    delayedSockets: counter("delayed_sockets_total", "DELAYED messages"),
    feedPosition: gauge("feed_position", "sequence number up to which changes were applied"),
    feedLag: seconds("feed_lag_seconds", "from the newest change of a batch in the database to its application here"),
    repairs: counter("repairs_total", "reads of the log in place of a hint", ["reason"]),
    repairedRows: counter("repaired_rows_total", "changes found by reading the log"),
    feedErrors: counter("feed_errors_total", "failed reads of the log or its head"),
    feedResets: counter("feed_resets_total", "times the feed did not continue and all sockets were reset"),
    redisConnected: gauge("redis_connected", "1 while subscribed to hints"),
    malformedHints: counter("malformed_hints_total", "malformed bus messages"),
    subscribeSeconds: seconds("subscribe_seconds", "from SUBSCRIBE to SUBSCRIBED"),
    rightsReads: counter("rights_reads_total", "reads of a user's rights before a delivery", ["result"]),
    errors: counter("errors_total", "failed operations of the socket service"),
    requestSeconds: seconds("request_seconds", "REST requests", ["route", "status"]),
  };
}
