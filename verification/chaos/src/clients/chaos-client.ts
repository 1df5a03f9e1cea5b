import {
  createHeliograph,
  createMemoryStore,
  type EntityStore,
  type Heliograph,
  type LiveList,
  type StoredEntity,
} from "@heliograph/client";
import type { DemoUser } from "@heliograph/db";
import type { SeededRandom } from "@heliograph/shared/seeded-random";
import { FaultProxy } from "@heliograph/testkit/network/fault-proxy";
import { tappedSocketFactory } from "@heliograph/testkit/network/platform-socket";
import type { Dataset, Tenant } from "../dataset.ts";
import { ClientRuntime } from "./client-runtime.ts";
import { WireTap } from "./wire-tap.ts";

/** Above the number of tasks that a project ever has, so that a list contains all of them. */
const LIST_LIMIT = 500;
/** How long a user takes to sign in again, milliseconds. */
const SIGN_IN_MS = 100;

/** A row that a client subscribes to by its id. */
export interface Held {
  entityCode: "task" | "document" | "project";
  id: string;
}

/** A version that replaced an older one in a client's store. */
export interface Applied {
  key: string;
  from: number;
  to: number;
  /** performance.now() */
  at: number;
}

/** Signs a token for a user. It expires after `lifetimeMs`; without it, long after the run. */
export type SignToken = (user: DemoUser, lifetimeMs?: number) => string;

/** Constructor arguments of a client. */
interface Parts {
  readonly n: number;
  readonly user: DemoUser;
  readonly tenant: Tenant;
  readonly dataset: Dataset;
  readonly link: FaultProxy;
  readonly sign: SignToken;
  readonly random: SeededRandom;
  readonly logSink: (name: string, line: string) => void;
}

/** One loaded page: the SDK with its subscriptions. A reload ends it and opens another on the same store. */
interface Page {
  readonly sdk: Heliograph;
  readonly lists: ReadonlyMap<string, LiveList>;
  readonly runtime: ClientRuntime;
  readonly release: () => void;
}

/** One headless client of the SDK, connected through its own fault proxy to a gateway that the balancer chooses. */
export class ChaosClient implements AsyncDisposable {
  readonly name: string;
  readonly user: DemoUser;
  readonly tenant: Tenant;
  readonly link: FaultProxy;
  readonly held: readonly Held[];
  readonly tap: WireTap;
  /** Whether it renews its token when the server warns that the token is about to expire. */
  renews = true;
  readonly #parts: Parts;
  readonly #store: EntityStore;
  readonly #shown: readonly string[];
  #token: string;
  #page: Page;
  #applied: Applied[] = [];
  #regressions = 0;
  #signIns = 0;
  readonly #versions = new Map<string, number>();
  /** Rows whose latest stored state is "gone": unreadable for this client or deleted. */
  readonly #gone = new Set<string>();

  private constructor(parts: Parts) {
    const { n, user, tenant, dataset, link, random } = parts;
    const { tasksHeld, documentsHeld, listEvery, listsShown } = dataset.scale;
    this.#parts = parts;
    this.name = `client ${n} (${user.email.split("@")[0]})`;
    this.user = user;
    this.tenant = tenant;
    this.link = link;
    this.tap = new WireTap(forbiddenTo(user, tenant, dataset));
    this.#store = createMemoryStore();
    this.#store.onChange((rows) => this.#recordWrites(rows));
    this.#token = parts.sign(user);
    const others = dataset.tenants.filter((other) => other !== tenant);
    this.held = [
      ...random.sample(tenant.tasks, tasksHeld).map((id) => ({ entityCode: "task" as const, id })),
      ...random.sample(tenant.documents, documentsHeld).map((id) => ({ entityCode: "document" as const, id })),
      { entityCode: "project", id: tenant.marker },
      { entityCode: "project", id: random.pick(tenant.projects) },
      // Guessed ids that must be refused: a row of the other organization, and a private one only administrators may read.
      { entityCode: "task", id: random.pick(others.flatMap((other) => other.tasks)) },
      { entityCode: "task", id: random.pick(tenant.secrets) },
    ];
    this.#shown = n % listEvery === 0 ? random.sample(tenant.projects, listsShown) : [];
    this.#page = this.#open();
  }

  static async start(
    options: Omit<Parts, "user" | "tenant" | "link"> & { chooseGateway: (random: SeededRandom) => number | null },
  ): Promise<ChaosClient> {
    const { n, dataset, random, chooseGateway, ...rest } = options;
    const users = dataset.tenants.flatMap((tenant) => tenant.users.map((user) => ({ tenant, user })));
    const choice = users[n % users.length];
    if (choice === undefined) throw new Error("The dataset has no users.");
    const link = await FaultProxy.listen(() => chooseGateway(random), random);
    return new ChaosClient({ n, ...choice, dataset, link, random, ...rest });
  }

  get sdk(): Heliograph {
    return this.#page.sdk;
  }

  get lists(): ReadonlyMap<string, LiveList> {
    return this.#page.lists;
  }

  get runtime(): ClientRuntime {
    return this.#page.runtime;
  }

  /** How often its user had to sign in again. */
  get signIns(): number {
    return this.#signIns;
  }

  /** Kills the page at an arbitrary point and opens it again on the same store. */
  reload(): void {
    const { runtime, sdk, release } = this.#page;
    runtime.terminate();
    this.link.cut();
    release();
    sdk.stop();
    this.#page = this.#open();
  }

  /** Reconnects with a token that expires after `lifetimeMs` and is not renewed. */
  useShortToken(lifetimeMs: number): void {
    this.renews = false;
    this.#token = this.#parts.sign(this.user, lifetimeMs);
    this.link.cut();
  }

  /** A valid token of its user, for a socket that a fault opens itself. */
  freshToken(): string {
    return this.#parts.sign(this.user);
  }

  /** Versions applied since the last call. */
  takeApplied(): Applied[] {
    const applied = this.#applied;
    this.#applied = [];
    return applied;
  }

  /** How often a row in the store was replaced by an older version. */
  get regressions(): number {
    return this.#regressions;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#page.release();
    this.sdk.stop();
    await this.#store.close();
    await this.link[Symbol.asyncDispose]();
  }

  #open(): Page {
    const { n, link, random, logSink } = this.#parts;
    const note = (text: string) => logSink(`client-${n}`, `${new Date().toISOString()} ${text}`);
    const runtime = new ClientRuntime();
    const sdk = createHeliograph({
      url: `ws://127.0.0.1:${link.port}/ws/sync`,
      apiUrl: `http://127.0.0.1:${link.port}/api/v1`,
      getToken: () => this.#token,
      renewToken: async () => (this.renews ? this.#signIn() : null),
      onAuthRequired: () => void runtime.clock.setTimer(() => this.#signInAgain(sdk), SIGN_IN_MS),
      store: this.#store,
      random: random.next,
      clock: runtime.clock,
      fetch: runtime.fetch,
      openSocket: tappedSocketFactory(this.tap, runtime.run),
      logger: { info: note, warn: note },
    });
    const lists = new Map(
      this.#shown.map((id) => [
        id,
        sdk.list("task", {
          within: `project/${id}`,
          filter: { project_id: id },
          sort: "created_ts,id",
          limit: LIST_LIMIT,
        }),
      ]),
    );
    const unsubscribers = [...lists.values()].map((list) => list.subscribe(() => undefined));
    for (const entityCode of new Set(this.held.map((held) => held.entityCode))) {
      const ids = this.held.filter((held) => held.entityCode === entityCode).map(({ id }) => id);
      unsubscribers.push(sdk.subscribe(entityCode, ids));
    }
    let state = "";
    sdk.onStatus((status) => {
      if (status.state !== state) note(`${status.state} ${status.reason ?? ""}`);
      state = status.state;
    });
    sdk.start();
    const release = () => {
      for (const unsubscribe of unsubscribers) unsubscribe();
    };
    return { sdk, lists, runtime, release };
  }

  #signIn(): string {
    this.#token = this.#parts.sign(this.user);
    this.renews = true;
    return this.#token;
  }

  #signInAgain(sdk: Heliograph): void {
    this.#signIns += 1;
    this.#signIn();
    sdk.tokenChanged();
  }

  #recordWrites(rows: readonly StoredEntity[]): void {
    const at = performance.now();
    for (const row of rows) {
      const key = row.id.replace(":", "/");
      const before = this.#versions.get(key);
      if (before !== undefined && row.ver < before) this.#regressions += 1;
      this.#versions.set(key, row.ver);
      if (before !== undefined && !row.gone && row.ver > before) {
        // A row that reappears owes this client only its newest version: it had no right to the ones between.
        const from = this.#gone.has(key) ? row.ver - 1 : before;
        this.#applied.push({ key, from, to: row.ver, at });
      }
      if (row.gone) this.#gone.add(key);
      else this.#gone.delete(key);
    }
  }
}

/**
 * Ids that a user must never receive: rows of the other organization and, except for the administrator (a tenant's first
 * user), the secrets of their own.
 */
function forbiddenTo(user: DemoUser, tenant: Tenant, dataset: Dataset): ReadonlySet<string> {
  const foreign = dataset.tenants
    .filter((other) => other !== tenant)
    .flatMap((other) => [...other.tasks, ...other.documents, ...other.projects, ...other.secrets]);
  return new Set(tenant.users[0] === user ? foreign : [...foreign, ...tenant.secrets]);
}
