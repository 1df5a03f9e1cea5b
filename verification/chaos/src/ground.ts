import { setTimeout as wait } from "node:timers/promises";
import type { DemoUser } from "@heliograph/db";
import { loadConfig, Tokens, tokenConfig } from "@heliograph/server-kit";
import type { SeededRandom } from "@heliograph/shared/seeded-random";
import pg from "pg";
import { awaitClients, awaitUploads, type BarrierResult } from "./barrier.ts";
import { ChaosClient, type SignToken } from "./chaos-client.ts";
import { Commits } from "./commits.ts";
import { DiaryWriter } from "./diary-writer.ts";
import type { Fault, FaultContext } from "./faults/fault.ts";
import { RestWriter } from "./rest-writer.ts";
import type { Scale } from "./scale.ts";
import { Site } from "./site.ts";
import { SqlWriter } from "./sql-writer.ts";
import { Tally } from "./tally.ts";
import { TruthReader } from "./truth.ts";
import { makeWorld } from "./world.ts";

/** Differences of one injection whose history goes into the evidence. */
const TRACED = 4;
/** The beginning is no fault: clients come a few at a time, and may take their time. */
const STARTED_AT_ONCE = 20;
const SETTLE_MS = 60_000;
/** Pool of the faults' own statements. */
const SQL_CONNECTIONS = 3;

/** What a ground is made with. */
export interface GroundOptions {
  readonly random: SeededRandom;
  readonly clients: number;
  readonly scale: Scale;
  /** Give PostgreSQL a disk that can be full, where this machine lets us. */
  readonly ownDisk: boolean;
  readonly leniencyMs: number;
  readonly logSink: (name: string, line: string) => void;
  readonly report: (line: string) => void;
}

/** One injection and what came of it. */
export interface Outcome {
  readonly tally: Tally;
  readonly evidence: readonly string[];
  /** False when something was left behind that the next injection would be blamed for. */
  readonly whole: boolean;
}

/** Everything that runs, with its clients: where faults are injected, one after the other. */
export class Ground implements AsyncDisposable {
  readonly site: Site;
  readonly #clients: readonly ChaosClient[];
  readonly #context: Omit<FaultContext, "random" | "notes">;
  readonly #truth: TruthReader;
  readonly #commits = new Commits();
  readonly #diaries: readonly DiaryWriter[];
  readonly #leniencyMs: number;
  readonly #report: (line: string) => void;
  readonly #undo: AsyncDisposableStack;

  private constructor(parts: {
    context: Omit<FaultContext, "random" | "notes">;
    truth: TruthReader;
    leniencyMs: number;
    report: (line: string) => void;
    undo: AsyncDisposableStack;
  }) {
    this.#context = parts.context;
    this.site = parts.context.site;
    this.#clients = parts.context.clients;
    const { diaryPauseMs } = parts.context.world.scale;
    this.#diaries = this.#clients.map((client) => new DiaryWriter(client, diaryPauseMs));
    this.#truth = parts.truth;
    this.#leniencyMs = parts.leniencyMs;
    this.#report = parts.report;
    this.#undo = parts.undo;
  }

  /** Starts everything and waits until all clients show what the database has. */
  static async start(options: GroundOptions): Promise<Ground> {
    const { random, scale, logSink, report } = options;
    await using undo = new AsyncDisposableStack();
    const site = undo.use(await Site.start(random.fork(), logSink, options));
    const world = await makeWorld(site.postgres.url, scale);
    const truth = undo.use(new TruthReader(site.postgres.url, world));
    const sql = new pg.Pool({ connectionString: site.postgres.url, max: SQL_CONNECTIONS });
    sql.on("error", () => undefined);
    undo.defer(() => sql.end());
    const sign = signerOf(site);
    const clients: ChaosClient[] = [];
    for (let n = 0; n < options.clients; n++) {
      const chooseGateway = (own: SeededRandom) => site.chooseGateway(own);
      clients.push(
        undo.use(await ChaosClient.start({ n, world, chooseGateway, sign, random: random.fork(), logSink })),
      );
      if (clients.length % STARTED_AT_ONCE === 0) await arrive(clients.slice(-STARTED_AT_ONCE));
    }
    const result = await awaitClients(clients, truth, performance.now(), SETTLE_MS);
    const problems = [...result.missed, ...result.unauthorized, ...result.stuck];
    if (problems.length > 0) throw new Error(`The clients did not settle: ${JSON.stringify(problems.slice(0, 5))}`);
    return new Ground({
      context: { site, world, clients, sql },
      truth,
      leniencyMs: options.leniencyMs,
      report,
      undo: undo.move(),
    });
  }

  /** One injection: write, strike, go on writing, stop, wait, compare. */
  async inject(fault: Fault, random: SeededRandom, label: string): Promise<Outcome> {
    const { site } = this;
    const { aroundMs } = this.#context.world.scale;
    this.#forget();
    const before = { ...sumOf(this.#clients), crashes: site.crashes };
    const tally = new Tally();
    const facts: string[] = [];
    const notes = {
      measure: (name: string, milliseconds: number) => tally.measure(name, milliseconds),
      violation: (text: string) => void facts.push(text),
    };
    const stop = new AbortController();
    const changes = this.#commits.count;
    const writing = Promise.all([
      ...this.#writers(random).map(async (writer) => writer.run(stop.signal)),
      ...this.#diaries.map(async (diary) => diary.run(stop.signal, random.fork())),
    ]);
    let healedAt: number;
    try {
      await wait(aroundMs);
      await fault.strike({ ...this.#context, random, notes });
      await site.postgres.supervise();
      await Promise.all(site.services.map((service) => service.supervise()));
      healedAt = performance.now();
      await wait(aroundMs);
    } finally {
      stop.abort();
      await writing;
    }
    const noticeMs = (fault.noticeMs ?? 0) + this.#leniencyMs;
    const stoppedAt = performance.now();
    const unsent = await awaitUploads(this.#clients, noticeMs);
    tally.measure("uploads", performance.now() - stoppedAt);
    const { rewinds: rewound = false, refuses = false } = fault;
    for (const diary of this.#diaries) {
      const refused = await diary.giveUp();
      if (!refuses && !rewound) facts.push(...refused);
    }
    const result = await awaitClients(this.#clients, this.#truth, healedAt, noticeMs);
    this.#bury();
    const lost = fault.rewinds ? [] : await this.#truth.lost(this.#commits.highest());
    const { sql } = this.#context;
    for (const diary of this.#diaries) facts.push(...(await diary.judge(sql, rewound)));
    facts.push(...(await this.#truth.sequenceFaults()));
    const after = sumOf(this.#clients);
    const leaks = this.#clients.flatMap(({ name, tap }) =>
      tap.takeLeaks().map((leak) => `${name} was told of ${leak}`),
    );
    tally.runs = 1;
    tally.changes = this.#commits.count - changes;
    tally.comparisons = result.comparisons;
    tally.missed = result.missed.length;
    tally.stuck = result.stuck.length + unsent.length;
    tally.unauthorized = result.unauthorized.length + leaks.length;
    tally.regressions = fault.rewinds ? 0 : after.regressions - before.regressions;
    tally.duplicates = after.duplicates - before.duplicates;
    tally.lostWrites = lost.length;
    tally.violations = facts.length;
    tally.crashes = site.crashes - before.crashes;
    if (result.recoverMs !== null) tally.recovery.add(result.recoverMs);
    this.#measure(tally, healedAt);
    facts.push(
      ...result.missed.map((one) => `missed ${one.key} at ${one.client}: ${one.detail}`),
      ...result.unauthorized.map((one) => `unauthorized ${one.key} at ${one.client}: ${one.detail}`),
      ...result.stuck.map((one) => `stuck ${one}`),
      ...unsent.map((one) => `stuck with what it wrote: ${one}`),
      ...(tally.crashes > 0 ? [`${tally.crashes} services crashed`] : []),
      ...lost.map((one) => `lost write ${one}`),
      ...leaks.map((leak) => `unauthorized: ${leak}`),
      ...(tally.regressions > 0 ? [`${tally.regressions} regressions`] : []),
    );
    for (const fact of facts.slice(0, 8)) this.#report(`  ${fact}`);
    const evidence = facts.map((fact) => `${label} at ${new Date().toISOString()}: ${fact}`);
    evidence.push(...(await this.#history(result)));
    return { tally, evidence, whole: await this.#mend(result) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#undo.disposeAsync();
  }

  /** What was logged and said about the first differences. */
  async #history(result: BarrierResult): Promise<string[]> {
    const lines: string[] = [];
    for (const { client, key } of [...result.missed, ...result.unauthorized].slice(0, TRACED)) {
      const id = key.slice(key.indexOf("/") + 1);
      const history = this.#clients.find(({ name }) => name === client)?.tap.history(id) ?? [];
      lines.push(...(await this.#truth.logOf(key)).map((line) => `  log of ${id}: ${line}`));
      lines.push(...history.map((line) => `  ${client} and ${id}: ${line}`));
    }
    return lines;
  }

  /** Whoever did not come back begins afresh, so that the next injection starts whole. */
  async #mend({ absent }: BarrierResult): Promise<boolean> {
    if (absent.length === 0) return true;
    for (const client of absent) client.reload();
    const { missed, unauthorized, stuck } = await awaitClients(this.#clients, this.#truth, performance.now());
    return missed.length + unauthorized.length + stuck.length === 0;
  }

  /** What blackholes have silenced would pile up at the servers behind them. */
  #bury(): void {
    for (const { link } of this.#clients) link.bury();
    for (const service of this.site.services) for (const link of [service.database, service.redis]) link.bury();
  }

  #writers(random: SeededRandom) {
    const { world, site, clients } = this.#context;
    const { sqlWriters, longWriters, restPauseMs } = world.scale;
    const commits = this.#commits;
    const sql = Array.from({ length: sqlWriters + longWriters }, (_, n) => {
      return new SqlWriter({ url: site.postgres.url, world, random: random.fork(), commits, long: n >= sqlWriters });
    });
    // Every user writes once, through the link of one of his clients.
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

  #forget(): void {
    this.#commits.clear();
    for (const client of this.#clients) client.takeApplied();
  }

  /** How far behind each client was with each change that reached it. */
  #measure(tally: Tally, healedAt: number): void {
    for (const client of this.#clients) {
      for (const { key, from, to, at } of client.takeApplied()) {
        const since = this.#commits.firstMissed(key, from, to);
        if (since === undefined) continue;
        tally.staleness.add(Math.max(0, at - since));
        if (at > healedAt) tally.stalenessAfterHealing.add(Math.max(0, at - Math.max(since, healedAt)));
      }
    }
  }
}

/** Waits until these clients have caught up for the first time. */
async function arrive(clients: readonly ChaosClient[]): Promise<void> {
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

function signerOf(site: Site): SignToken {
  const config = loadConfig(tokenConfig, site.settings);
  const tokens = new Tokens(config);
  return (user: DemoUser, lifetimeMs) => {
    const age = lifetimeMs === undefined ? 0 : config.TOKEN_LIFETIME_S * 1_000 - lifetimeMs;
    return tokens.sign(user, Date.now() - age).token;
  };
}
