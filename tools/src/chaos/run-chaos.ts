import { appendFileSync, mkdirSync } from "node:fs";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { DemoUser } from "@heliograph/db";
import { loadConfig, Tokens, tokenConfig } from "@heliograph/server-kit";
import pg from "pg";
import { awaitClients } from "./barrier.ts";
import { ChaosClient } from "./chaos-client.ts";
import { Commits } from "./commits.ts";
import { Dice } from "./dice.ts";
import { faults } from "./faults/catalog.ts";
import type { Fault, FaultContext } from "./faults/fault.ts";
import { RestWriter } from "./rest-writer.ts";
import { Site } from "./site.ts";
import { SqlWriter } from "./sql-writer.ts";
import { Tally } from "./tally.ts";
import { TruthReader } from "./truth.ts";
import { makeWorld } from "./world.ts";

/** Parts of a run. */
export interface ChaosRun {
  seconds: number;
  seed: number;
  faults: readonly string[];
  clients: number;
  logs: string | null;
  /** Ends the run early. */
  signal: AbortSignal;
  report: (line: string) => void;
}

/** Figures and evidence of a run. */
export interface ChaosResult {
  seed: number;
  seconds: number;
  clients: number;
  total: Tally;
  faults: Record<string, Tally>;
  /** What was broken, with seed and injection, for whoever looks for the reason. */
  evidence: string[];
}

const SQL_WRITERS = 3;
const LONG_SQL_WRITERS = 2;
/** Writing before the fault and after its end. */
const AROUND_MS = 400;
/** Differences of one injection whose history goes into the evidence. */
const TRACED = 4;
/** Pool of the faults' own statements. */
const SQL_CONNECTIONS = 2;

function logSinkTo(folder: string | null): (name: string, line: string) => void {
  if (folder === null) return () => undefined;
  mkdirSync(folder, { recursive: true });
  return (name, line) => appendFileSync(path.join(folder, `${name}.log`), `${line}\n`);
}

/** Everything that lives as long as the run. */
class Ground {
  readonly context: FaultContext;
  readonly #truth: TruthReader;
  readonly #commits = new Commits();
  readonly #evidence: string[];

  readonly #report: (line: string) => void;

  constructor(context: FaultContext, truth: TruthReader, evidence: string[], report: (line: string) => void) {
    this.context = context;
    this.#truth = truth;
    this.#evidence = evidence;
    this.#report = report;
  }

  /** All clients as they are after the start, before anything was done to them. */
  async settle(): Promise<void> {
    const { missed, unauthorized, stuck } = await awaitClients(this.context.clients, this.#truth, performance.now());
    const problems = [...missed, ...unauthorized, ...stuck];
    if (problems.length > 0) throw new Error(`The clients did not settle: ${JSON.stringify(problems.slice(0, 5))}`);
    this.#forget();
  }

  /** One injection: write, strike, go on writing, stop, wait, compare. */
  async inject(fault: Fault, dice: Dice, label: string): Promise<Tally> {
    const { clients, site } = this.context;
    this.#forget();
    const before = { ...sumOf(clients), crashes: site.crashes };
    const stop = new AbortController();
    const changes = this.#commits.count;
    const writing = Promise.all(this.#writers(dice).map(async (writer) => writer.run(stop.signal)));
    let healedAt: number;
    try {
      await wait(AROUND_MS);
      await fault.strike({ ...this.context, dice });
      for (const service of site.services) await service.supervise();
      healedAt = performance.now();
      await wait(AROUND_MS);
    } finally {
      stop.abort();
      await writing;
    }
    const result = await awaitClients(clients, this.#truth, healedAt);
    for (const { link } of clients) link.bury();
    for (const service of site.services) for (const link of [service.database, service.redis]) link.bury();
    const lost = await this.#truth.lost(this.#commits.highest());
    const after = sumOf(clients);
    const leaks = clients.flatMap(({ name, tap }) => tap.takeLeaks().map((leak) => `${name} was told of ${leak}`));
    const tally = new Tally();
    tally.runs = 1;
    tally.changes = this.#commits.count - changes;
    tally.comparisons = result.comparisons;
    tally.missed = result.missed.length;
    tally.stuck = result.stuck.length;
    tally.unauthorized = result.unauthorized.length + leaks.length;
    tally.regressions = after.regressions - before.regressions;
    tally.duplicates = after.duplicates - before.duplicates;
    tally.lostWrites = lost.length;
    tally.crashes = site.crashes - before.crashes;
    tally.unreturned = result.unreturned;
    if (result.recoverMs !== null) tally.recovery.push(result.recoverMs);
    this.#measure(tally, healedAt);
    await this.#refresh(result.refused);
    const facts = [
      ...result.missed.map((one) => `missed ${one.key} at ${one.client}: ${one.detail}`),
      ...result.unauthorized.map((one) => `unauthorized ${one.key} at ${one.client}: ${one.detail}`),
      ...result.stuck.map((one) => `stuck ${one}`),
      ...(tally.crashes > 0 ? [`${tally.crashes} services crashed`] : []),
      ...lost.map((one) => `lost write ${one}`),
      ...leaks.map((leak) => `unauthorized: ${leak}`),
      ...(after.regressions > before.regressions ? [`${after.regressions - before.regressions} regressions`] : []),
    ];
    this.#evidence.push(...facts.map((fact) => `${label} at ${new Date().toISOString()}: ${fact}`));
    for (const { client, key } of [...result.missed, ...result.unauthorized].slice(0, TRACED)) {
      const id = key.slice(key.indexOf("/") + 1);
      const history = clients.find(({ name }) => name === client)?.tap.history(id) ?? [];
      this.#evidence.push(...(await this.#truth.logOf(key)).map((line) => `  log of ${id}: ${line}`));
      this.#evidence.push(...history.map((line) => `  ${client} and ${id}: ${line}`));
    }
    for (const fact of facts.slice(0, 8)) this.#report(`  ${fact}`);
    return tally;
  }

  /** Whoever was refused rows that are there again asks afresh, as after a reload: the next injection starts whole. */
  async #refresh(refused: readonly ChaosClient[]): Promise<void> {
    for (const { link } of refused) link.cut();
    if (refused.length > 0) await awaitClients(this.context.clients, this.#truth, performance.now());
  }

  #writers(dice: Dice) {
    const { world, site, clients } = this.context;
    const commits = this.#commits;
    const sql = Array.from({ length: SQL_WRITERS + LONG_SQL_WRITERS }, (_, n) => {
      return new SqlWriter({ url: site.postgres.url, world, dice: dice.fork(), commits, long: n >= SQL_WRITERS });
    });
    // Every user writes once, through the link of one of his clients.
    const users = new Map(clients.map((client) => [client.user.personId, client]));
    const rest = [...users.values()].map((client) => {
      return new RestWriter({ api: client.sdk.api, tenant: client.tenant, dice: dice.fork(), commits });
    });
    return [...sql, ...rest];
  }

  #forget(): void {
    this.#commits.clear();
    for (const client of this.context.clients) client.takeApplied();
  }

  /** How far behind each client was with each change that reached it. */
  #measure(tally: Tally, healedAt: number): void {
    for (const client of this.context.clients) {
      for (const { key, from, to, at } of client.takeApplied()) {
        const since = this.#commits.firstMissed(key, from, to);
        if (since === undefined) continue;
        tally.staleness.push(Math.max(0, at - since));
        if (at > healedAt) tally.stalenessAfterHealing.push(Math.max(0, at - Math.max(since, healedAt)));
      }
    }
  }
}

function sumOf(clients: readonly ChaosClient[]): { regressions: number; duplicates: number } {
  const sum = { regressions: 0, duplicates: 0 };
  for (const { regressions, tap } of clients) {
    sum.regressions += regressions;
    sum.duplicates += tap.duplicates;
  }
  return sum;
}

async function startClients(
  count: number,
  ground: { site: Site; world: FaultContext["world"]; dice: Dice; logSink: (name: string, line: string) => void },
  undo: AsyncDisposableStack,
) {
  const { site, world, dice } = ground;
  const tokens = new Tokens(loadConfig(tokenConfig, site.settings));
  const tokenOf = (user: DemoUser) => tokens.sign(user).token;
  const clients: ChaosClient[] = [];
  for (let n = 0; n < count; n++) {
    const chooseGateway = (own: Dice) => site.chooseGateway(own);
    clients.push(
      undo.use(
        await ChaosClient.start({ n, world, chooseGateway, tokenOf, dice: dice.fork(), logSink: ground.logSink }),
      ),
    );
  }
  return clients;
}

/** Starts everything, injects faults in random order until the time is over, and stops everything. */
export async function runChaos(run: ChaosRun): Promise<ChaosResult> {
  const dice = new Dice(run.seed);
  const evidence: string[] = [];
  const tallies: Record<string, Tally> = {};
  const total = new Tally();
  await using undo = new AsyncDisposableStack();
  run.report(`seed ${run.seed}: starting`);
  const logSink = logSinkTo(run.logs);
  const site = undo.use(await Site.start(dice.fork(), logSink));
  const world = await makeWorld(site.postgres.url);
  const truth = undo.use(new TruthReader(site.postgres.url, world));
  const sql = new pg.Pool({ connectionString: site.postgres.url, max: SQL_CONNECTIONS });
  sql.on("error", () => undefined);
  undo.defer(() => sql.end());
  const clients = await startClients(run.clients, { site, world, dice: dice.fork(), logSink }, undo);
  const ground = new Ground({ site, world, clients, dice, sql }, truth, evidence, run.report);
  await ground.settle();
  const chosen = faults.filter(({ name }) => run.faults.length === 0 || run.faults.includes(name));
  const deadline = performance.now() + run.seconds * 1_000;
  let queue: Fault[] = [];
  for (let n = 1; !run.signal.aborted && performance.now() < deadline; n++) {
    if (queue.length === 0) queue = dice.shuffled(chosen);
    const fault = queue.shift() as Fault;
    const label = `seed ${run.seed} injection ${n} ${fault.name}`;
    const tally = await ground.inject(fault, dice.fork(), label);
    const before = tallies[fault.name] ?? new Tally();
    tallies[fault.name] = before;
    before.add(tally);
    total.add(tally);
    run.report(`${label}: ${JSON.stringify(tally)}`);
  }
  return { seed: run.seed, seconds: run.seconds, clients: run.clients, total, faults: tallies, evidence };
}
