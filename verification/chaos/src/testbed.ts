import { setTimeout as wait } from "node:timers/promises";
import type { DemoUser } from "@heliograph/db";
import { loadConfig, Tokens, tokenConfig } from "@heliograph/server-kit";
import type { SeededRandom } from "@heliograph/shared/seeded-random";
import pg from "pg";
import { ChaosClient, type SignToken } from "./clients/chaos-client.ts";
import { ChaosCluster } from "./cluster/chaos-cluster.ts";
import { awaitConvergence, awaitUploads, type ConvergenceResult } from "./comparison/convergence.ts";
import { ExpectedStateReader } from "./comparison/expected-state.ts";
import { createDataset } from "./dataset.ts";
import { FaultStats } from "./fault-stats.ts";
import type { Fault, FaultContext } from "./faults/fault.ts";
import type { Scale } from "./scale.ts";
import { Commits } from "./writers/commits.ts";
import { OutboxWriter } from "./writers/outbox-writer.ts";
import { RestWriter } from "./writers/rest-writer.ts";
import { SqlWriter } from "./writers/sql-writer.ts";

/** How many differences of one injection get their history into the evidence. */
const TRACED = 4;
/** Clients that start at the same time: startup load is not what is tested. */
const STARTED_AT_ONCE = 20;
const SETTLE_MS = 60_000;
/** Size of the connection pool for the faults' own statements. */
const SQL_CONNECTIONS = 3;

/** Options of a testbed. */
export interface TestbedOptions {
  readonly random: SeededRandom;
  readonly clients: number;
  readonly scale: Scale;
  /** Gives PostgreSQL its own disk that can run full, where this machine allows mounting one. */
  readonly ownDisk: boolean;
  readonly leniencyMs: number;
  readonly logSink: (name: string, line: string) => void;
  readonly report: (line: string) => void;
}

/** Result of one injection. */
export interface InjectionOutcome {
  readonly stats: FaultStats;
  readonly evidence: readonly string[];
  /** False when an effect remained that would be blamed on the next injection. */
  readonly isClean: boolean;
}

/** The cluster with its clients and writers, into which faults are injected one after another. */
export class Testbed implements AsyncDisposable {
  readonly cluster: ChaosCluster;
  readonly #clients: readonly ChaosClient[];
  readonly #context: Omit<FaultContext, "random" | "observer">;
  readonly #expected: ExpectedStateReader;
  readonly #commits = new Commits();
  readonly #outboxWriters: readonly OutboxWriter[];
  readonly #leniencyMs: number;
  readonly #report: (line: string) => void;
  readonly #undo: AsyncDisposableStack;

  private constructor(parts: {
    context: Omit<FaultContext, "random" | "observer">;
    expected: ExpectedStateReader;
    leniencyMs: number;
    report: (line: string) => void;
    undo: AsyncDisposableStack;
  }) {
    this.#context = parts.context;
    this.cluster = parts.context.cluster;
    this.#clients = parts.context.clients;
    const { outboxPauseMs } = parts.context.dataset.scale;
    this.#outboxWriters = this.#clients.map((client) => new OutboxWriter(client, outboxPauseMs));
    this.#expected = parts.expected;
    this.#leniencyMs = parts.leniencyMs;
    this.#report = parts.report;
    this.#undo = parts.undo;
  }

  /** Starts everything and waits until all clients have converged. */
  static async start(options: TestbedOptions): Promise<Testbed> {
    const { random, scale, logSink, report } = options;
    await using undo = new AsyncDisposableStack();
    const cluster = undo.use(await ChaosCluster.start(random.fork(), logSink, options));
    const dataset = await createDataset(cluster.postgres.url, scale);
    const expected = undo.use(new ExpectedStateReader(cluster.postgres.url, dataset));
    const sql = new pg.Pool({ connectionString: cluster.postgres.url, max: SQL_CONNECTIONS });
    sql.on("error", () => undefined);
    undo.defer(() => sql.end());
    const sign = signerOf(cluster);
    const clients: ChaosClient[] = [];
    for (let n = 0; n < options.clients; n++) {
      const chooseGateway = (own: SeededRandom) => cluster.chooseGateway(own);
      clients.push(
        undo.use(await ChaosClient.start({ n, dataset, chooseGateway, sign, random: random.fork(), logSink })),
      );
      if (clients.length % STARTED_AT_ONCE === 0) await awaitConnected(clients.slice(-STARTED_AT_ONCE));
    }
    const result = await awaitConvergence(clients, expected, performance.now(), SETTLE_MS);
    const problems = [...result.missed, ...result.unauthorized, ...result.stuck];
    if (problems.length > 0)
      throw new Error(`The clients did not converge after the start: ${JSON.stringify(problems.slice(0, 5))}`);
    return new Testbed({
      context: { cluster, dataset, clients, sql },
      expected,
      leniencyMs: options.leniencyMs,
      report,
      undo: undo.move(),
    });
  }

  /** One injection: write, inject the fault, keep writing, stop the writers, wait for convergence, compare. */
  async inject(fault: Fault, random: SeededRandom, label: string): Promise<InjectionOutcome> {
    const { cluster } = this;
    const { writingMs } = this.#context.dataset.scale;
    this.#discardRecords();
    const before = { ...sumOf(this.#clients), crashes: cluster.crashes };
    const stats = new FaultStats();
    const facts: string[] = [];
    const observer = {
      measure: (name: string, milliseconds: number) => stats.measure(name, milliseconds),
      violation: (text: string) => void facts.push(text),
    };
    const stop = new AbortController();
    const changes = this.#commits.count;
    const writing = Promise.all([
      ...this.#writers(random).map(async (writer) => writer.run(stop.signal)),
      ...this.#outboxWriters.map(async (writer) => writer.run(stop.signal, random.fork())),
    ]);
    let healedAt: number;
    try {
      await wait(writingMs);
      await fault.inject({ ...this.#context, random, observer });
      await cluster.postgres.supervise();
      await Promise.all(cluster.services.map((service) => service.supervise()));
      healedAt = performance.now();
      await wait(writingMs);
    } finally {
      stop.abort();
      await writing;
    }
    const noticeMs = (fault.noticeMs ?? 0) + this.#leniencyMs;
    const stoppedAt = performance.now();
    const unsent = await awaitUploads(this.#clients, noticeMs);
    stats.measure("uploads", performance.now() - stoppedAt);
    const { losesWrites = false, mayRefuseWrites = false } = fault;
    for (const writer of this.#outboxWriters) {
      const refused = await writer.discardRefused();
      if (!mayRefuseWrites && !losesWrites) facts.push(...refused);
    }
    const result = await awaitConvergence(this.#clients, this.#expected, healedAt, noticeMs);
    this.#resetSilenced();
    const lost = losesWrites ? [] : await this.#expected.lost(this.#commits.highest());
    const { sql } = this.#context;
    for (const writer of this.#outboxWriters) facts.push(...(await writer.verify(sql, losesWrites)));
    facts.push(...(await this.#expected.sequenceViolations()));
    const after = sumOf(this.#clients);
    const leaks = this.#clients.flatMap(({ name, tap }) =>
      tap.takeLeaks().map((leak) => `${name} was notified of ${leak}`),
    );
    stats.runs = 1;
    stats.changes = this.#commits.count - changes;
    stats.comparisons = result.comparisons;
    stats.missed = result.missed.length;
    stats.stuck = result.stuck.length + unsent.length;
    stats.unauthorized = result.unauthorized.length + leaks.length;
    stats.regressions = losesWrites ? 0 : after.regressions - before.regressions;
    stats.duplicates = after.duplicates - before.duplicates;
    stats.lostWrites = lost.length;
    stats.violations = facts.length;
    stats.crashes = cluster.crashes - before.crashes;
    if (result.recoverMs !== null) stats.recovery.add(result.recoverMs);
    this.#measure(stats, healedAt);
    facts.push(
      ...result.missed.map((one) => `missed ${one.key} at ${one.client}: ${one.detail}`),
      ...result.unauthorized.map((one) => `unauthorized ${one.key} at ${one.client}: ${one.detail}`),
      ...result.stuck.map((one) => `stuck ${one}`),
      ...unsent.map((one) => `stuck with unsent writes: ${one}`),
      ...(stats.crashes > 0 ? [`${stats.crashes} services crashed`] : []),
      ...lost.map((one) => `lost write ${one}`),
      ...leaks.map((leak) => `unauthorized: ${leak}`),
      ...(stats.regressions > 0 ? [`${stats.regressions} regressions`] : []),
    );
    for (const fact of facts.slice(0, 8)) this.#report(`  ${fact}`);
    const evidence = facts.map((fact) => `${label} at ${new Date().toISOString()}: ${fact}`);
    evidence.push(...(await this.#history(result)));
    return { stats, evidence, isClean: await this.#restoreAbsent(result) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#undo.disposeAsync();
  }

  /** Log rows and received messages of the first differences. */
  async #history(result: ConvergenceResult): Promise<string[]> {
    const lines: string[] = [];
    for (const { client, key } of [...result.missed, ...result.unauthorized].slice(0, TRACED)) {
      const id = key.slice(key.indexOf("/") + 1);
      const history = this.#clients.find(({ name }) => name === client)?.tap.history(id) ?? [];
      lines.push(...(await this.#expected.logOf(key)).map((line) => `  log of ${id}: ${line}`));
      lines.push(...history.map((line) => `  ${client} and ${id}: ${line}`));
    }
    return lines;
  }

  /** Reloads the clients that did not converge, so that the next injection starts clean. False when that does not help. */
  async #restoreAbsent({ absent }: ConvergenceResult): Promise<boolean> {
    if (absent.length === 0) return true;
    for (const client of absent) client.reload();
    const { missed, unauthorized, stuck } = await awaitConvergence(this.#clients, this.#expected, performance.now());
    return missed.length + unauthorized.length + stuck.length === 0;
  }

  /** Resets connections that a blackhole silenced: they would pile up at the servers behind the proxies. */
  #resetSilenced(): void {
    for (const { link } of this.#clients) link.resetSilenced();
    for (const service of this.cluster.services)
      for (const link of [service.database, service.redis]) link.resetSilenced();
  }

  #writers(random: SeededRandom) {
    const { dataset, cluster, clients } = this.#context;
    const { sqlWriters, longWriters, restPauseMs } = dataset.scale;
    const commits = this.#commits;
    const sql = Array.from({ length: sqlWriters + longWriters }, (_, n) => {
      return new SqlWriter({
        url: cluster.postgres.url,
        dataset,
        random: random.fork(),
        commits,
        long: n >= sqlWriters,
      });
    });
    // One REST writer per user, through the link of one of their clients.
    const users = new Map(clients.map((client) => [client.user.personId, client]));
    const rest = [...users.values()].map((client) => {
      const { tenant } = client;
      return new RestWriter({
        api: () => client.sdk.api,
        tenant,
        random: random.fork(),
        commits,
        pauseMs: restPauseMs,
      });
    });
    return [...sql, ...rest];
  }

  #discardRecords(): void {
    this.#commits.clear();
    for (const client of this.#clients) client.takeApplied();
  }

  /** Records how far behind each client was with every change that reached it. */
  #measure(stats: FaultStats, healedAt: number): void {
    for (const client of this.#clients) {
      for (const { key, from, to, at } of client.takeApplied()) {
        const since = this.#commits.firstMissed(key, from, to);
        if (since === undefined) continue;
        stats.staleness.add(Math.max(0, at - since));
        if (at > healedAt) stats.stalenessAfterHealing.add(Math.max(0, at - Math.max(since, healedAt)));
      }
    }
  }
}

/** Waits until these clients are connected for the first time. */
async function awaitConnected(clients: readonly ChaosClient[]): Promise<void> {
  for (const end = performance.now() + SETTLE_MS; performance.now() < end; await wait(50))
    if (clients.every(({ sdk }) => sdk.status().state === "connected")) return;
}

function sumOf(clients: readonly ChaosClient[]): { regressions: number; duplicates: number } {
  const sum = { regressions: 0, duplicates: 0 };
  for (const { regressions, tap } of clients) {
    sum.regressions += regressions;
    sum.duplicates += tap.duplicates;
  }
  return sum;
}

function signerOf(cluster: ChaosCluster): SignToken {
  const config = loadConfig(tokenConfig, cluster.settings);
  const tokens = new Tokens(config);
  return (user: DemoUser, lifetimeMs) => {
    const age = lifetimeMs === undefined ? 0 : config.TOKEN_LIFETIME_S * 1_000 - lifetimeMs;
    return tokens.sign(user, Date.now() - age).token;
  };
}
