import { BusCheck } from "../checks/bus-check.ts";
import { watchStore } from "../checks/client-check.ts";
import { History } from "../checks/history.ts";
import { Violations } from "../checks/violation.ts";
import { checkFrame } from "../checks/wire-check.ts";
import { rowKey } from "../database/rows.ts";
import { ClientNode } from "../nodes/client-node.ts";
import { GatewayNode } from "../nodes/gateway-node.ts";
import { WatcherNode } from "../nodes/watcher-node.ts";
import { createWorld, type World } from "../nodes/world.ts";
import type { Plan, ProcessName } from "../plan/action.ts";
import { entities, organizationOfProject, organizations, people, projects } from "../plan/fixtures.ts";

/** Milliseconds before the first action; no client has subscribed by then. */
export const warmUpMs = 50;
/** Beyond this many steps some entityCode schedules work in a loop; normal runs take a tenth. */
const maxSteps = 400_000;

/** The processes of one run, with the checks that observe every message and store write. */
export class SimulatedSystem {
  readonly world: World & { gaps: Error[] };
  readonly history: History;
  readonly violations = new Violations();
  readonly watchers: readonly WatcherNode[];
  readonly gateways: readonly GatewayNode[];
  readonly clients: readonly ClientNode[];
  /** Share of REST requests that fail now. */
  restFailing = 0;
  /** Incremented by every write; the content of rows. */
  mark = 0;

  /** Receives a line for every message, for the replay of one run. */
  readonly trace: (line: string) => void;

  constructor(plan: Plan, trace?: (line: string) => void) {
    const world = createWorld(plan.seed, { maxSteps });
    this.trace = (line) => trace?.(`${world.scheduler.now.toFixed(1).padStart(9)} ${line}`);
    this.world = world;
    this.history = new History(world.database, people);
    const check = new BusCheck(this.violations, () => world.scheduler.now);
    world.bus.onPublish = (message) => {
      if (message.type === "hint") this.trace(`watcher -> ${JSON.stringify(message).slice(0, 300)}`);
      check.published(message);
    };
    world.scheduler.within(undefined, () => this.#fillDatabase());
    this.watchers = [new WatcherNode("watcher0", world), new WatcherNode("watcher1", world)];
    this.gateways = [new GatewayNode("gateway0", world), new GatewayNode("gateway1", world)];
    this.clients = plan.clients.map(({ person, rows, lists, tokenMs, storeMs }, number) => {
      const user = people[person];
      if (!user) throw new RangeError(`person ${person} does not exist`);
      const client = new ClientNode(`client${number}`, {
        world,
        gateways: this.gateways,
        person: user,
        interests: {
          rows: rows.flatMap((row) => entities[row] ?? []),
          lists: lists.flatMap((list) => projects[list] ?? []),
        },
        tokenMs,
        storeMs,
        failing: () => this.restFailing,
        onFrame: (node, gateway, text) => {
          this.trace(`${gateway.name} -> ${node.name} ${text.slice(0, 300)}`);
          checkFrame({ history: this.history, violations: this.violations, nowMs: world.scheduler.now }, node, text);
        },
        onUp: (node, text) => this.trace(`${node.name} -> ${text.slice(0, 300)}`),
      });
      watchStore({ history: this.history, violations: this.violations, now: () => world.scheduler.now }, client);
      if (trace)
        client.store.onChange((changed) =>
          this.trace(
            `${client.name} stores ${changed.map(({ id, ver, gone }) => `${id} v${ver}${gone ? " gone" : ""}`).join(", ")}`,
          ),
        );
      return client;
    });
  }

  start(): void {
    for (const node of [...this.watchers, ...this.gateways, ...this.clients]) node.start();
    this.world.scheduler.advanceTo(warmUpMs);
  }

  node(process: ProcessName): WatcherNode | GatewayNode {
    const node = [...this.watchers, ...this.gateways].find(({ name }) => name === process);
    if (!node) throw new RangeError(`process ${process} does not exist`);
    return node;
  }

  #fillDatabase(): void {
    const { database } = this.world;
    for (const [at, person] of people.entries()) database.setMember(person, at === 0 ? "admin" : "member", false);
    const writing = database.begin();
    for (const org of organizations)
      database.write(writing, rowKey("organization", org), () => ({
        entityCode: "organization",
        id: org,
        org,
        project: null,
        isPrivate: false,
        mark: 0,
        version: 0,
      }));
    for (const [at, { entityCode, id }] of entities.entries()) {
      // One task does not exist at first, one is private; the third project and the last task belong to the second organization.
      if (at === 6) continue;
      const project = entityCode === "project" ? at : at === 7 ? 2 : at % 2;
      database.write(writing, rowKey(entityCode, id), () => ({
        entityCode,
        id,
        org: organizationOfProject(project),
        project: entityCode === "task" ? (projects[project] ?? null) : null,
        isPrivate: at === 5,
        mark: 0,
        version: 0,
      }));
    }
    database.commit(writing);
    // Number the log as if it had been published long ago.
    database.log.number(Number.MAX_SAFE_INTEGER, Number.NEGATIVE_INFINITY, 0);
  }
}
