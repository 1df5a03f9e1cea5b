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
import { Device } from "./device.ts";
import { WireTap } from "./wire-tap.ts";
import type { Tenant, World } from "./world.ts";

/** Above the number of rows that a project ever has, so that the list is all of it. */
const LIST_LIMIT = 500;
/** How long somebody takes to sign in again, milliseconds. */
const SIGN_IN_MS = 100;

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

/** Signs a token for a user, which expires after so many milliseconds; when absent, long after the run. */
export type SignToken = (user: DemoUser, lifetimeMs?: number) => string;

/** What a client is made of. */
interface Parts {
  readonly n: number;
  readonly user: DemoUser;
  readonly tenant: Tenant;
  readonly world: World;
  readonly link: FaultProxy;
  readonly sign: SignToken;
  readonly random: SeededRandom;
  readonly logSink: (name: string, line: string) => void;
}

/** One page: the SDK with all that was asked of it. A reload ends it and begins another on the same store. */
interface Page {
  readonly sdk: Heliograph;
  readonly lists: ReadonlyMap<string, LiveList>;
  readonly device: Device;
  readonly release: () => void;
}

/** One headless client of the SDK, with a link of its own to whichever gateway a balancer chooses. */
export class ChaosClient implements AsyncDisposable {
  readonly name: string;
  readonly user: DemoUser;
  readonly tenant: Tenant;
  readonly link: FaultProxy;
  readonly held: readonly Held[];
  readonly tap: WireTap;
  /** Whether it gets a new token when the server says that the old one is about to expire. */
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
  /** Rows that this client may not read, or that are deleted. */
  readonly #gone = new Set<string>();

  private constructor(parts: Parts) {
    const { n, user, tenant, world, link, random } = parts;
    const { tasksHeld, documentsHeld, listEvery, listsShown } = world.scale;
    this.#parts = parts;
    this.name = `client ${n} (${user.email.split("@")[0]})`;
    this.user = user;
    this.tenant = tenant;
    this.link = link;
    this.tap = new WireTap(forbiddenTo(user, tenant, world));
    this.#store = createMemoryStore();
    this.#store.onChange((rows) => this.#written(rows));
    this.#token = parts.sign(user);
    const others = world.tenants.filter((other) => other !== tenant);
    this.held = [
      ...random.sample(tenant.tasks, tasksHeld).map((id) => ({ type: "task" as const, id })),
      ...random.sample(tenant.documents, documentsHeld).map((id) => ({ type: "document" as const, id })),
      { type: "project", id: tenant.marker },
      { type: "project", id: random.pick(tenant.projects) },
      // Somebody who guesses: a row of a stranger, and one that is kept from everybody but the administrators.
      { type: "task", id: random.pick(others.flatMap((other) => other.tasks)) },
      { type: "task", id: random.pick(tenant.secrets) },
    ];
    this.#shown = n % listEvery === 0 ? random.sample(tenant.projects, listsShown) : [];
    this.#page = this.#open();
  }

  static async start(
    options: Omit<Parts, "user" | "tenant" | "link"> & { chooseGateway: (random: SeededRandom) => number | null },
  ): Promise<ChaosClient> {
    const { n, world, random, chooseGateway, ...rest } = options;
    const users = world.tenants.flatMap((tenant) => tenant.users.map((user) => ({ tenant, user })));
    const choice = users[n % users.length];
    if (choice === undefined) throw new Error("There are no users.");
    const link = await FaultProxy.listen(() => chooseGateway(random), random);
    return new ChaosClient({ n, ...choice, world, link, random, ...rest });
  }

  get sdk(): Heliograph {
    return this.#page.sdk;
  }

  get lists(): ReadonlyMap<string, LiveList> {
    return this.#page.lists;
  }

  get device(): Device {
    return this.#page.device;
  }

  /** How often it had to sign in again. */
  get signIns(): number {
    return this.#signIns;
  }

  /** The tab dies without a word, in the middle of whatever it did, and is opened again with what its store holds. */
  reload(): void {
    const { device, sdk, release } = this.#page;
    device.die();
    this.link.cut();
    release();
    sdk.stop();
    this.#page = this.#open();
  }

  /** Goes on with a token that expires so soon, on a new socket, and with nobody who renews it. */
  useShortToken(lifetimeMs: number): void {
    this.renews = false;
    this.#token = this.#parts.sign(this.user, lifetimeMs);
    this.link.cut();
  }

  /** A token of its user for somebody else. */
  freshToken(): string {
    return this.#parts.sign(this.user);
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
    this.#page.release();
    this.sdk.stop();
    await this.#store.close();
    await this.link[Symbol.asyncDispose]();
  }

  #open(): Page {
    const { n, link, random, logSink } = this.#parts;
    const note = (text: string) => logSink(`client-${n}`, `${new Date().toISOString()} ${text}`);
    const device = new Device();
    const sdk = createHeliograph({
      url: `ws://127.0.0.1:${link.port}/ws/sync`,
      apiUrl: `http://127.0.0.1:${link.port}/api/v1`,
      getToken: () => this.#token,
      renewToken: async () => (this.renews ? this.#signIn() : null),
      onAuthRequired: () => void device.clock.setTimer(() => this.#signInAgain(sdk), SIGN_IN_MS),
      store: this.#store,
      random: random.next,
      clock: device.clock,
      fetch: device.fetch,
      openSocket: tappedSocketFactory(this.tap, device.run),
      logger: { info: note, warn: note },
    });
    const lists = new Map(
      this.#shown.map((id) => [
        id,
        sdk.list("task", { within: id, filter: { project_id: id }, sort: "created_ts,id", limit: LIST_LIMIT }),
      ]),
    );
    const leave = [...lists.values()].map((list) => list.subscribe(() => undefined));
    for (const type of new Set(this.held.map((held) => held.type))) {
      const ids = this.held.filter((held) => held.type === type).map(({ id }) => id);
      leave.push(sdk.subscribe(type, ids));
    }
    let state = "";
    sdk.onStatus((status) => {
      if (status.state !== state) note(`${status.state} ${status.reason ?? ""}`);
      state = status.state;
    });
    sdk.start();
    const release = () => {
      for (const go of leave) go();
    };
    return { sdk, lists, device, release };
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

  #written(rows: readonly StoredEntity[]): void {
    const at = performance.now();
    for (const row of rows) {
      const key = row.id.replace(":", "/");
      const before = this.#versions.get(key);
      if (before !== undefined && row.ver < before) this.#regressions += 1;
      this.#versions.set(key, row.ver);
      if (before !== undefined && !row.gone && row.ver > before) {
        // Of a row that is there again only the newest version was due: the others were not for this client.
        const from = this.#gone.has(key) ? row.ver - 1 : before;
        this.#applied.push({ key, from, to: row.ver, at });
      }
      if (row.gone) this.#gone.add(key);
      else this.#gone.delete(key);
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
