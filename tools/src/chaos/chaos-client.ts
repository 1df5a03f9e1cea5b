import {
  createHeliograph,
  createMemoryStore,
  type Heliograph,
  type LiveList,
  type StoredEntity,
} from "@heliograph/client";
import type { DemoUser } from "@heliograph/db";
import type { Dice } from "./dice.ts";
import { FaultProxy } from "./fault-proxy.ts";
import { tappedSocketFactory } from "./platform-socket.ts";
import { WireTap } from "./wire-tap.ts";
import type { Tenant, World } from "./world.ts";

const TASKS_HELD = 15;
const DOCUMENTS_HELD = 5;
/** Above the number of rows that a project ever has, so that the list is all of it. */
const LIST_LIMIT = 500;

/** A row that a client asked for by its id. */
export interface Held {
  type: "task" | "document" | "project";
  id: string;
}

/** A version that reached a client's store in place of an older one. */
export interface Applied {
  key: string;
  from: number;
  to: number;
  /** performance.now() */
  at: number;
}

/** One headless client of the SDK, with a link of its own to whichever gateway a balancer chooses. */
export class ChaosClient implements AsyncDisposable {
  readonly name: string;
  readonly user: DemoUser;
  readonly tenant: Tenant;
  readonly link: FaultProxy;
  readonly sdk: Heliograph;
  readonly held: readonly Held[];
  readonly lists: ReadonlyMap<string, LiveList>;
  readonly tap: WireTap;
  #applied: Applied[] = [];
  #regressions = 0;
  readonly #versions = new Map<string, number>();
  readonly #release: () => void;

  private constructor(parts: {
    n: number;
    user: DemoUser;
    tenant: Tenant;
    world: World;
    link: FaultProxy;
    token: string;
    dice: Dice;
    logSink: (name: string, line: string) => void;
  }) {
    const { n, user, tenant, world, link, token, dice } = parts;
    this.name = `client ${n} (${user.email.split("@")[0]})`;
    this.user = user;
    this.tenant = tenant;
    this.link = link;
    this.tap = new WireTap(forbiddenTo(user, tenant, world));
    const store = createMemoryStore();
    store.onChange((rows) => this.#written(rows));
    const note = (text: string) => parts.logSink(`client-${n}`, `${new Date().toISOString()} ${text}`);
    this.sdk = createHeliograph({
      url: `ws://127.0.0.1:${link.port}/ws/sync`,
      apiUrl: `http://127.0.0.1:${link.port}/api/v1`,
      getToken: () => token,
      store,
      random: dice.next,
      openSocket: tappedSocketFactory(this.tap),
      logger: { info: note, warn: note },
    });
    const others = world.tenants.filter((other) => other !== tenant);
    this.held = [
      ...dice.sample(tenant.tasks, TASKS_HELD).map((id) => ({ type: "task" as const, id })),
      ...dice.sample(tenant.documents, DOCUMENTS_HELD).map((id) => ({ type: "document" as const, id })),
      { type: "project", id: tenant.marker },
      { type: "project", id: dice.pick(tenant.projects) },
      // Somebody who guesses: a row of a stranger, and one that is kept from everybody but the administrators.
      { type: "task", id: dice.pick(others.flatMap((other) => other.tasks)) },
      { type: "task", id: dice.pick(tenant.secrets) },
    ];
    // Every other client also shows whole projects.
    const shown = n % 2 === 0 ? dice.sample(tenant.projects, 2) : [];
    this.lists = new Map(
      shown.map((id) => [
        id,
        this.sdk.list("task", { within: id, filter: { project_id: id }, sort: "created_ts,id", limit: LIST_LIMIT }),
      ]),
    );
    const leave = [...this.lists.values()].map((list) => list.subscribe(() => undefined));
    const types = new Set(this.held.map(({ type }) => type));
    for (const type of types)
      leave.push(
        this.sdk.subscribe(
          type,
          this.held.filter((held) => held.type === type).map(({ id }) => id),
        ),
      );
    this.#release = () => {
      for (const go of leave) go();
    };
    let state = "";
    this.sdk.onStatus((status) => {
      if (status.state !== state) note(`${status.state} ${status.reason ?? ""}`);
      state = status.state;
    });
    this.sdk.start();
  }

  static async start(options: {
    n: number;
    world: World;
    chooseGateway: (dice: Dice) => number | null;
    tokenOf: (user: DemoUser) => string;
    dice: Dice;
    logSink: (name: string, line: string) => void;
  }): Promise<ChaosClient> {
    const { n, world, dice } = options;
    const users = world.tenants.flatMap((tenant) => tenant.users.map((user) => ({ tenant, user })));
    const choice = users[n % users.length];
    if (choice === undefined) throw new Error("There are no users.");
    const link = await FaultProxy.listen(() => options.chooseGateway(dice), dice);
    return new ChaosClient({
      n,
      ...choice,
      world,
      link,
      token: options.tokenOf(choice.user),
      dice,
      logSink: options.logSink,
    });
  }

  /** Versions that arrived since the last call. */
  takeApplied(): Applied[] {
    const applied = this.#applied;
    this.#applied = [];
    return applied;
  }

  /** How often a row went back to an older version. */
  get regressions(): number {
    return this.#regressions;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#release();
    this.sdk.stop();
    await this.sdk.store.close();
    await this.link[Symbol.asyncDispose]();
  }

  #written(rows: readonly StoredEntity[]): void {
    const at = performance.now();
    for (const row of rows) {
      const key = row.id.replace(":", "/");
      const before = this.#versions.get(key);
      if (before !== undefined && row.ver < before) this.#regressions += 1;
      this.#versions.set(key, row.ver);
      if (before !== undefined && !row.gone && row.ver > before)
        this.#applied.push({ key, from: before, to: row.ver, at });
    }
  }
}

/** Rows of the other organization for everybody, secrets for all but administrators, who are the first of a tenant. */
function forbiddenTo(user: DemoUser, tenant: Tenant, world: World): ReadonlySet<string> {
  const foreign = world.tenants
    .filter((other) => other !== tenant)
    .flatMap((other) => [...other.tasks, ...other.documents, ...other.projects, ...other.secrets]);
  return new Set(tenant.users[0] === user ? foreign : [...foreign, ...tenant.secrets]);
}
