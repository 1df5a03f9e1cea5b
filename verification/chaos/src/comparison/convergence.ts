import { setTimeout as wait } from "node:timers/promises";
import { entityKey } from "@heliograph/shared/entity-key";
import type { ChaosClient } from "../clients/chaos-client.ts";
import { type Comparison, compare, type Difference } from "./comparison.ts";
import type { ExpectedState, ExpectedStateReader } from "./expected-state.ts";

/** The promise: a client converges this long after the fault ends, not counting the time it waits before reconnecting. */
const PROMISED_MS = 5_000;
/** Upper bound for any client, the time spent waiting to reconnect included. */
const LONGEST_MS = 45_000;
/** How long late clients are watched further, to tell a slow client from one that lost a change. */
const LATE_MS = 35_000;
/** The same when every late client claims to be current: gateways compare with the database every 5 s, so waiting longer changes nothing. */
const SILENT_MS = 8_000;
const CHECK_MS = 50;

/** How the clients converged after a fault. */
export interface ConvergenceResult {
  comparisons: number;
  /** Rows that are outdated at a client which claims to be current. */
  missed: Difference[];
  /** Rows that a client shows although its user may not read them, while it claims to be current. */
  unauthorized: Difference[];
  /** Clients that know that they are behind and did not catch up in time. */
  stuck: string[];
  /** Clients that never converged. */
  absent: ChaosClient[];
  /** Milliseconds from the end of the fault until the last client converged; null when one did not. */
  recoverMs: number | null;
}

/** Convergence of one client. */
interface Progress {
  client: ChaosClient;
  /** Time in which it was not waiting to reconnect. */
  activeMs: number;
  latest: Comparison;
  caughtUpAt: number | null;
}

async function hasMarker(client: ChaosClient, versions: ReadonlyMap<string, number>): Promise<boolean> {
  const key = entityKey("project", client.tenant.marker);
  const row = (await client.sdk.store.read([key])).get(key);
  return (row?.ver ?? 0) >= (versions.get(client.tenant.organizationId) ?? Number.POSITIVE_INFINITY);
}

/** False while a client reconnects or waits to: that time does not count against the promise. */
function isActive(client: ChaosClient): boolean {
  const { state } = client.sdk.status();
  return state !== "connecting";
}

/** Whether the client reports that everything it shows is current. */
function claimsCurrent(client: ChaosClient): boolean {
  const { state, pendingFetches } = client.sdk.status();
  return (
    state === "connected" && pendingFetches === 0 && [...client.lists.values()].every((list) => !list.snapshot().stale)
  );
}

/** State of a late client at the moment its time ran out. */
interface LateClient {
  progress: Progress;
  /** It claimed to be current both before and after the comparison found differences. */
  silent: boolean;
  differences: readonly Difference[];
  status: string;
}

async function inspectLate(
  progress: Progress,
  expected: ExpectedState,
  versions: ReadonlyMap<string, number>,
): Promise<LateClient> {
  const claimed = claimsCurrent(progress.client);
  const { differences } = await compare(progress.client, expected);
  const silent = claimed && claimsCurrent(progress.client);
  const late = { progress, silent, differences, status: statusOf(progress.client) };
  await check(progress, expected, versions);
  return late;
}

/** Compares one client and records when it converged. */
async function check(progress: Progress, expected: ExpectedState, versions: ReadonlyMap<string, number>) {
  const { client } = progress;
  if (progress.caughtUpAt !== null) return;
  progress.latest = await compare(client, expected);
  if (progress.latest.differences.length > 0 || !(await hasMarker(client, versions))) return;
  if (client.sdk.status().state === "connected") progress.caughtUpAt = performance.now();
}

/**
 * Waits until every client has sent its queued writes: the expected state is known only after that.
 *
 * @returns the clients that took longer than promised or did not finish
 */
export async function awaitUploads(clients: readonly ChaosClient[], noticeMs = 0): Promise<string[]> {
  const began = performance.now();
  const stuck = new Map<string, string>();
  const activeMs = new Map<ChaosClient, number>();
  let waiting = clients.filter(hasUnsent);
  for (let before = began; waiting.length > 0 && before - began < LONGEST_MS + noticeMs; ) {
    await wait(CHECK_MS);
    const now = performance.now();
    for (const client of waiting) {
      const active = (activeMs.get(client) ?? 0) + (isActive(client) ? now - before : 0);
      activeMs.set(client, active);
      if (active > PROMISED_MS + noticeMs && hasUnsent(client)) stuck.set(client.name, statusOf(client));
    }
    before = now;
    waiting = waiting.filter(hasUnsent);
  }
  for (const client of waiting) stuck.set(client.name, `${statusOf(client)}, never finished`);
  return [...stuck].map(([name, status]) => `${name}: ${status}`);
}

/** Whether writes are waiting to be sent. Writes behind one that needs the user's decision do not count. */
function hasUnsent({ sdk }: ChaosClient): boolean {
  return sdk.outbox.snapshot().entries.some(({ heldBy }) => heldBy === undefined);
}

/**
 * Waits until a change made now has reached every client and every client shows what the database has. All writers must
 * have stopped before.
 *
 * @param healedAt performance.now() at which the fault ended
 * @param noticeMs milliseconds that a client may need to notice a dead link
 */
export async function awaitConvergence(
  clients: readonly ChaosClient[],
  reader: ExpectedStateReader,
  healedAt: number,
  noticeMs = 0,
): Promise<ConvergenceResult> {
  const versions = await reader.mark();
  const expected = await reader.read();
  const all: Progress[] = clients.map((client) => ({
    client,
    activeMs: 0,
    latest: { count: 0, differences: [] },
    caughtUpAt: null,
  }));
  const began = performance.now();
  const lateClients: LateClient[] = [];
  let waiting = all;
  for (let before = began; waiting.length > 0; ) {
    for (const progress of all) await check(progress, expected, versions);
    const now = performance.now();
    for (const progress of waiting) if (isActive(progress.client)) progress.activeMs += now - before;
    before = now;
    const overdue = (progress: Progress) =>
      progress.activeMs > PROMISED_MS + noticeMs || now - began > LONGEST_MS + noticeMs;
    const late = waiting.filter((progress) => progress.caughtUpAt === null && overdue(progress));
    for (const progress of late) lateClients.push(await inspectLate(progress, expected, versions));
    waiting = waiting.filter((progress) => progress.caughtUpAt === null && !overdue(progress));
    if (waiting.length > 0) await wait(CHECK_MS);
  }
  const late = lateClients.map(({ progress }) => progress);
  const longest = lateClients.every(({ silent }) => silent) ? SILENT_MS : LATE_MS;
  await watch(late, longest, () => late.map((progress) => check(progress, expected, versions)));
  const caughtUp = all.flatMap(({ caughtUpAt }) => (caughtUpAt === null ? [] : [caughtUpAt]));
  const convergedWhen = ({ caughtUpAt }: Progress) =>
    caughtUpAt === null ? "never" : `after ${Math.round(caughtUpAt - healedAt)} ms`;
  const unnoticed = (kind: Difference["kind"]) =>
    lateClients
      .filter(({ silent }) => silent)
      .flatMap(({ differences, progress, status }) =>
        differences
          .filter((difference) => difference.kind === kind)
          .map((difference) => ({
            ...difference,
            detail: `${difference.detail}; ${status}; caught up ${convergedWhen(progress)}`,
          })),
      );
  return {
    comparisons: all.reduce((sum, { latest }) => sum + latest.count, 0),
    missed: unnoticed("missed"),
    unauthorized: unnoticed("unauthorized"),
    stuck: lateClients
      .filter(({ silent, differences }) => !silent || differences.length === 0)
      .map(
        ({ progress, status, differences }) =>
          `${progress.client.name}: ${status}; ${differences.length} differences, ${JSON.stringify(differences.slice(0, 3))}; caught up ${convergedWhen(progress)}`,
      ),
    absent: all.filter(({ caughtUpAt }) => caughtUpAt === null).map(({ client }) => client),
    recoverMs: caughtUp.length < all.length ? null : Math.max(0, ...caughtUp) - healedAt,
  };
}

function statusOf(client: ChaosClient): string {
  const { state, pendingFetches, reason, outbox, lastError } = client.sdk.status();
  const unsent = outbox.size === 0 ? "" : `, ${outbox.size} unsent (${lastError?.message ?? "never tried"})`;
  const stale = [...client.lists.values()].filter((list) => list.snapshot().stale).length;
  return `${state}${reason === undefined ? "" : ` (${reason})`}, ${pendingFetches} pending fetches, ${stale} stale lists${unsent}`;
}

/** Keeps checking the late clients until all converge or the time is over. */
async function watch(late: readonly Progress[], longestMs: number, checkAll: () => Promise<void>[]): Promise<void> {
  for (const end = performance.now() + longestMs; performance.now() < end; await wait(10 * CHECK_MS)) {
    if (late.every(({ caughtUpAt }) => caughtUpAt !== null)) return;
    await Promise.all(checkAll());
  }
}
