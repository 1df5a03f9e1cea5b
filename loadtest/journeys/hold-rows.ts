import { sleep } from "../client/ports.ts";
import { readRows } from "../client/rest.ts";
import { SyncClient, type SyncClientOptions } from "../client/sync-client.ts";
import { heldBy } from "../plan/row-assignment.ts";
import { type JourneyContext, rowAt, setting, targetOf, until, userOf } from "./journey.ts";

/** Part of the ramp within which all sockets start; the rest is for the last of them to become ready. */
const startShare = 0.9;

/** Pause between two looks at what is still missing, milliseconds. */
const lookMs = 250;

/** Pauses until it is this connection's turn, so that a crowd arrives evenly over the ramp. */
export function takeTurn({ ports, timeline, index, count }: JourneyContext): Promise<void> {
  const ramp = (timeline.writeFrom - timeline.start) * startShare;
  return sleep(ports, timeline.start + (ramp * index) / Math.max(1, count) - ports.now());
}

/** The client of this connection, on its user and its first target. */
export function clientOf(context: JourneyContext, more: Partial<SyncClientOptions> = {}): SyncClient {
  const { ports, plan, timeline, index } = context;
  return new SyncClient({
    ports,
    wire: plan.wire,
    targets: plan.targets,
    // Users of a tenant take turns with the others: without the division each tenant would sit on one target.
    index: Math.floor(index / plan.tenants.length),
    token: userOf(context, index).token,
    entityCode: plan.entityCode,
    sharedClock: plan.sharedClock,
    stayUntil: () => timeline.judgeAt + plan.patienceMs,
    ...more,
  });
}

/** The versions that the database has of what a client holds; null when they cannot be read. */
async function truthFor(context: JourneyContext, client: SyncClient): Promise<ReadonlyMap<string, number> | null> {
  if (context.truth) return context.truth();
  const { ports, plan, index } = context;
  const rows = await readRows(ports, {
    target: targetOf(context, index),
    entityCode: plan.entityCode,
    token: userOf(context, index).token,
    ids: client.ledger.ids(),
  });
  return rows && new Map(rows.map(({ id, version }) => [id, version]));
}

/** Records how much of what has changed the client was told. */
export async function judge(context: JourneyContext, client: SyncClient): Promise<void> {
  const { ports, plan } = context;
  await client.settled(plan.patienceMs);
  const truth = await truthFor(context, client);
  if (!truth) return;
  let { informed, gaps } = client.ledger.judge(truth);
  for (const giveUp = ports.now() + plan.patienceMs; gaps.length > 0 && ports.now() < giveUp; ) {
    await sleep(ports, lookMs);
    ({ informed, gaps } = client.ledger.judge(truth));
  }
  for (let n = 0; n < informed; n++) ports.record("rt_delivery_ratio", 1);
  for (const _ of gaps) ports.record("rt_delivery_ratio", 0);
  ports.record("rt_gaps", gaps.length);
}

/** Waits for the moment at which this connection is judged: not all of them at once. */
export function untilJudged(context: JourneyContext): Promise<void> {
  const { timeline, index, count } = context;
  return until(context, "judgeAt", ((timeline.end - timeline.judgeAt) * index) / Math.max(1, count));
}

/**
 * One page of an application that stays open: connect, hold some rows, hear of their changes, come back when the socket
 * is lost; in the end compare with the database.
 */
export async function holdRows(context: JourneyContext): Promise<void> {
  const { ports, plan } = context;
  context.quiet?.();
  await takeTurn(context);
  const client = clientOf(context, { markChanges: plan.settings["markChanges"] === 1 });
  if (!(await client.connect())) return;
  const ids = heldBy(context.index, setting(context, "perSocket"), plan.tenants).map((at) => rowAt(context, at));
  await client.subscribe(ids);
  context.ready?.();
  await until(context, "writeFrom");
  client.listenForSilence();
  await until(context, "writeUntil");
  ports.record("rt_silence_ms", client.longestSilence());
  await untilJudged(context);
  await judge(context, client);
  client.leave();
}
