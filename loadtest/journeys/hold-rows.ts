import { sleep } from "../client/ports.ts";
import { readRows } from "../client/rest.ts";
import { SyncClient, type SyncClientOptions } from "../client/sync-client.ts";
import { heldPositions } from "../plan/row-assignment.ts";
import { type JourneyContext, rowAt, setting, targetOf, until, userOf } from "./journey.ts";

/** Share of the ramp within which all sockets start; the rest is for the last of them to become ready. */
const startShare = 0.9;

/** Interval at which missing signals are looked for, milliseconds. */
const pollIntervalMs = 250;

/** Waits for this connection's turn, so that the connections of a workload start evenly over the ramp. */
export function untilTurn({ ports, timeline, index, count }: JourneyContext): Promise<void> {
  const ramp = (timeline.writeFrom - timeline.start) * startShare;
  return sleep(ports, timeline.start + (ramp * index) / Math.max(1, count) - ports.wallNow());
}

/** The client of this connection, for its user and starting at its target. */
export function createClient(context: JourneyContext, more: Partial<SyncClientOptions> = {}): SyncClient {
  const { ports, plan, timeline, index } = context;
  return new SyncClient({
    ports,
    protocol: plan.protocol,
    targets: plan.targets,
    // Users of the tenants alternate, so without the division all users of a tenant would share one target.
    index: Math.floor(index / plan.tenants.length),
    token: userOf(context, index).token,
    entityCode: plan.entityCode,
    sharedClock: plan.sharedClock,
    reconnectUntil: () => timeline.verifyFrom + plan.lateLimitMs,
    ...more,
  });
}

/** Ids of the rows that the connection with this number holds. */
export function heldRows(context: JourneyContext, index = context.index): string[] {
  const positions = heldPositions(index, setting(context, "perSocket"), context.plan.tenants);
  return positions.map((position) => rowAt(context, position));
}

/** Current versions of the rows that a client holds; null when they cannot be read. */
async function readCurrentVersions(
  context: JourneyContext,
  client: SyncClient,
): Promise<ReadonlyMap<string, number> | null> {
  if (context.currentVersions) return context.currentVersions();
  const { ports, plan, index } = context;
  const rows = await readRows(ports, {
    target: targetOf(context, index),
    entityCode: plan.entityCode,
    token: userOf(context, index).token,
    ids: client.ledger.ids(),
  });
  return rows && new Map(rows.map(({ $id, $version }) => [$id, $version]));
}

/** Compares what the client received with the database, and records the delivery ratio and the gaps. */
export async function verifyDelivery(context: JourneyContext, client: SyncClient): Promise<void> {
  const { ports, plan } = context;
  await client.settled(plan.lateLimitMs);
  const currentVersions = await readCurrentVersions(context, client);
  if (!currentVersions) return;
  let { delivered, gaps } = client.ledger.compare(currentVersions);
  for (const deadline = ports.wallNow() + plan.lateLimitMs; gaps.length > 0 && ports.wallNow() < deadline; ) {
    await sleep(ports, pollIntervalMs);
    ({ delivered, gaps } = client.ledger.compare(currentVersions));
  }
  for (let n = 0; n < delivered; n++) ports.record("rt_delivery_ratio", 1);
  for (const _ of gaps) ports.record("rt_delivery_ratio", 0);
  ports.record("rt_gaps", gaps.length);
}

/** Waits for this connection's moment of verification; the moments are spread so that not all clients read at once. */
export function untilVerification(context: JourneyContext): Promise<void> {
  const { timeline, index, count } = context;
  return until(context, "verifyFrom", ((timeline.end - timeline.verifyFrom) * index) / Math.max(1, count));
}

/**
 * An open page of an application: it connects, holds rows, receives their changes and reconnects when its socket is lost.
 * In the end it compares what it received with the database.
 */
export async function holdRows(context: JourneyContext): Promise<void> {
  const { ports, plan } = context;
  context.onWritesDone?.();
  await untilTurn(context);
  const client = createClient(context, { tagChanges: plan.settings["tagChanges"] === 1 });
  if (!(await client.connect())) return;
  await client.subscribe(heldRows(context));
  context.onReady?.();
  await until(context, "writeFrom");
  client.startSilenceMeasurement();
  await until(context, "writeUntil");
  ports.record("rt_silence_ms", client.longestSilence());
  await untilVerification(context);
  await verifyDelivery(context, client);
  client.close();
}
