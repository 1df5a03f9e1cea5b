import { setTimeout as wait } from "node:timers/promises";
import type { ChaosClient } from "./chaos-client.ts";
import { type Comparison, compare, type Difference } from "./comparison.ts";
import { entityKeyOf } from "./store-key.ts";
import type { Truth, TruthReader } from "./truth.ts";

/** What was promised: caught up this long after the healing, without the time in which a client waits to dial again. */
const PROMISED_MS = 5_000;
/** Whatever a client waits for, nobody may need longer. */
const LONGEST_MS = 45_000;
/** How long those that are late are watched, to tell slow from lost. */
const LATE_MS = 35_000;
/** Who claims to be current will hardly find out otherwise: the gateways compare with the database every 5 s. */
const SILENT_MS = 8_000;
const LOOK_MS = 50;

/** How the clients came back. */
export interface BarrierResult {
  comparisons: number;
  /** Clients that say they are up to date and are not. */
  missed: Difference[];
  /** Clients that show what their user may not read, and do not know that they are behind. */
  unauthorized: Difference[];
  /** Clients that know that they are behind, and have not caught up in time. */
  stuck: string[];
  /** Clients that did not come back at all. */
  absent: ChaosClient[];
  /** From the healing to the last client that caught up, or null when one did not. */
  recoverMs: number | null;
}

/** One client on its way back. */
interface Progress {
  client: ChaosClient;
  /** Time in which it could have caught up. */
  activeMs: number;
  latest: Comparison;
  caughtUpAt: number | null;
}

async function hasMarker(client: ChaosClient, versions: ReadonlyMap<string, number>): Promise<boolean> {
  const key = entityKeyOf({ type: "project", id: client.tenant.marker });
  const row = (await client.sdk.store.read([key])).get(key);
  return (row?.ver ?? 0) >= (versions.get(client.tenant.organizationId) ?? Number.POSITIVE_INFINITY);
}

/** A client that waits for its next attempt, or dials, is not late: its pauses are part of the promise. */
function isActive(client: ChaosClient): boolean {
  const { state } = client.sdk.status();
  return state !== "connecting";
}

/** Does the client itself claim that all it shows is current? */
function claimsCurrent(client: ChaosClient): boolean {
  const { state, pendingFetches } = client.sdk.status();
  return (
    state === "connected" && pendingFetches === 0 && [...client.lists.values()].every((list) => !list.snapshot().stale)
  );
}

/** What is to be said of a client that is late, at the moment at which it was. */
interface Verdict {
  progress: Progress;
  /** It claimed to be current before and after it was found different. */
  silent: boolean;
  differences: readonly Difference[];
  status: string;
}

async function judge(progress: Progress, truth: Truth, versions: ReadonlyMap<string, number>): Promise<Verdict> {
  const claimed = claimsCurrent(progress.client);
  const { differences } = await compare(progress.client, truth);
  const silent = claimed && claimsCurrent(progress.client);
  const verdict = { progress, silent, differences, status: statusOf(progress.client) };
  await look(progress, truth, versions);
  return verdict;
}

async function look(progress: Progress, truth: Truth, versions: ReadonlyMap<string, number>) {
  const { client } = progress;
  if (progress.caughtUpAt !== null) return;
  progress.latest = await compare(client, truth);
  if (progress.latest.differences.length > 0 || !(await hasMarker(client, versions))) return;
  if (client.sdk.status().state === "connected") progress.caughtUpAt = performance.now();
}

/**
 * Waits until every client has sent what it had queued; only then it is certain what the others have to show.
 *
 * @returns those that took longer than was promised, or are not through at all
 */
export async function awaitUploads(clients: readonly ChaosClient[], noticeMs = 0): Promise<string[]> {
  const began = performance.now();
  const stuck = new Map<string, string>();
  const activeMs = new Map<ChaosClient, number>();
  let waiting = clients.filter(hasUnsent);
  for (let before = began; waiting.length > 0 && before - began < LONGEST_MS + noticeMs; ) {
    await wait(LOOK_MS);
    const now = performance.now();
    for (const client of waiting) {
      const active = (activeMs.get(client) ?? 0) + (isActive(client) ? now - before : 0);
      activeMs.set(client, active);
      if (active > PROMISED_MS + noticeMs && hasUnsent(client)) stuck.set(client.name, statusOf(client));
    }
    before = now;
    waiting = waiting.filter(hasUnsent);
  }
  for (const client of waiting) stuck.set(client.name, `${statusOf(client)}, for good`);
  return [...stuck].map(([name, status]) => `${name}: ${status}`);
}

/** What waits behind a write that needs a person's decision is not under way. */
function hasUnsent({ sdk }: ChaosClient): boolean {
  return sdk.outbox.snapshot().entries.some(({ heldBy }) => heldBy === undefined);
}

/**
 * Waits until a change made now has reached every client and every client shows what the database has. Nobody may write
 * meanwhile.
 *
 * @param healedAt performance.now() of the end of the trouble
 * @param noticeMs time that a client may need to notice that its link is dead
 */
export async function awaitClients(
  clients: readonly ChaosClient[],
  reader: TruthReader,
  healedAt: number,
  noticeMs = 0,
): Promise<BarrierResult> {
  const versions = await reader.mark();
  const truth = await reader.read();
  const everyone: Progress[] = clients.map((client) => ({
    client,
    activeMs: 0,
    latest: { count: 0, differences: [] },
    caughtUpAt: null,
  }));
  const began = performance.now();
  const verdicts: Verdict[] = [];
  let waiting = everyone;
  for (let before = began; waiting.length > 0; ) {
    for (const progress of everyone) await look(progress, truth, versions);
    const now = performance.now();
    for (const progress of waiting) if (isActive(progress.client)) progress.activeMs += now - before;
    before = now;
    const overdue = (progress: Progress) =>
      progress.activeMs > PROMISED_MS + noticeMs || now - began > LONGEST_MS + noticeMs;
    const late = waiting.filter((progress) => progress.caughtUpAt === null && overdue(progress));
    for (const progress of late) verdicts.push(await judge(progress, truth, versions));
    waiting = waiting.filter((progress) => progress.caughtUpAt === null && !overdue(progress));
    if (waiting.length > 0) await wait(LOOK_MS);
  }
  const late = verdicts.map(({ progress }) => progress);
  const longest = verdicts.every(({ silent }) => silent) ? SILENT_MS : LATE_MS;
  await watch(late, longest, () => late.map((progress) => look(progress, truth, versions)));
  const caughtUp = everyone.flatMap(({ caughtUpAt }) => (caughtUpAt === null ? [] : [caughtUpAt]));
  const fate = ({ caughtUpAt }: Progress) =>
    caughtUpAt === null ? "never" : `after ${Math.round(caughtUpAt - healedAt)} ms`;
  const told = (kind: Difference["kind"]) =>
    verdicts
      .filter(({ silent }) => silent)
      .flatMap(({ differences, progress, status }) =>
        differences
          .filter((difference) => difference.kind === kind)
          .map((difference) => ({
            ...difference,
            detail: `${difference.detail}; ${status}; caught up ${fate(progress)}`,
          })),
      );
  return {
    comparisons: everyone.reduce((sum, { latest }) => sum + latest.count, 0),
    missed: told("missed"),
    unauthorized: told("unauthorized"),
    stuck: verdicts
      .filter(({ silent, differences }) => !silent || differences.length === 0)
      .map(
        ({ progress, status, differences }) =>
          `${progress.client.name}: ${status}; ${differences.length} differences, ${JSON.stringify(differences.slice(0, 3))}; caught up ${fate(progress)}`,
      ),
    absent: everyone.filter(({ caughtUpAt }) => caughtUpAt === null).map(({ client }) => client),
    recoverMs: caughtUp.length < everyone.length ? null : Math.max(0, ...caughtUp) - healedAt,
  };
}

function statusOf(client: ChaosClient): string {
  const { state, pendingFetches, reason, outbox, lastError } = client.sdk.status();
  const unsent = outbox.size === 0 ? "" : `, ${outbox.size} unsent (${lastError?.message ?? "never tried"})`;
  const stale = [...client.lists.values()].filter((list) => list.snapshot().stale).length;
  return `${state}${reason === undefined ? "" : ` (${reason})`}, ${pendingFetches} pending, ${stale} stale lists${unsent}`;
}

async function watch(late: readonly Progress[], longestMs: number, again: () => Promise<void>[]): Promise<void> {
  for (const end = performance.now() + longestMs; performance.now() < end; await wait(10 * LOOK_MS)) {
    if (late.every(({ caughtUpAt }) => caughtUpAt !== null)) return;
    await Promise.all(again());
  }
}
