import { BusCheck } from "../checks/bus-check.ts";
import { watchStore } from "../checks/client-check.ts";
import { History } from "../checks/history.ts";
import { Violations } from "../checks/violation.ts";
import { checkFrame } from "../checks/wire-check.ts";
import { rowKey } from "../database/rows.ts";
import { ClientNode } from "../nodes/client-node.ts";
import { PodNode } from "../nodes/pod-node.ts";
import { WatcherNode } from "../nodes/watcher-node.ts";
import { createWorld, type World } from "../nodes/world.ts";
import type { Plan, Who } from "../plan/action.ts";
import { entities, organizationOfProject, organizations, people, projects } from "../plan/cast.ts";

/** Milliseconds before the first action; nobody has subscribed by then. */
export const warmUpMs = 50;
/** Beyond this something asks for work again and again; honest runs take a tenth. */
const maxSteps = 400_000;

/** Everything that takes part in one run, with the checks that listen all the time. */
export class Stage {
  readonly world: World & { gaps: Error[] };
  readonly history: History;
  readonly violations = new Violations();
  readonly watchers: readonly WatcherNode[];
  readonly pods: readonly PodNode[];
  readonly clients: readonly ClientNode[];
  /** Share of REST requests that fail now. */
  restFailing = 0;
  /** Rises with every write: the content of rows. */
  mark = 0;

  /** Writes down what happens, for somebody who replays one run. */
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
    this.pods = [new PodNode("pod0", world), new PodNode("pod1", world)];
    this.clients = plan.clients.map(({ person, rows, lists, tokenMs, storeMs }, number) => {
      const who = people[person];
      if (!who) throw new RangeError(`there is no person ${person}`);
      const client = new ClientNode(`client${number}`, {
        world,
        pods: this.pods,
        person: who,
        interests: {
          rows: rows.flatMap((row) => entities[row] ?? []),
          lists: lists.flatMap((list) => projects[list] ?? []),
        },
        tokenMs,
        storeMs,
        failing: () => this.restFailing,
        onFrame: (node, pod, text) => {
          this.trace(`${pod.name} -> ${node.name} ${text.slice(0, 300)}`);
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
    for (const node of [...this.watchers, ...this.pods, ...this.clients]) node.start();
    this.world.scheduler.advanceTo(warmUpMs);
  }

  node(who: Who): WatcherNode | PodNode {
    const node = [...this.watchers, ...this.pods].find(({ name }) => name === who);
    if (!node) throw new RangeError(`there is no ${who}`);
    return node;
  }

  #fillDatabase(): void {
    const { database } = this.world;
    for (const [at, person] of people.entries()) database.setMember(person, at === 0 ? "admin" : "member", false);
    const writing = database.begin();
    for (const org of organizations)
      database.write(writing, rowKey("organization", org), () => ({
        code: "organization",
        id: org,
        org,
        project: null,
        isPrivate: false,
        mark: 0,
        version: 0,
      }));
    for (const [at, { code, id }] of entities.entries()) {
      // Some do not exist at first, one is private, the third project and the last task are of the second organization.
      if (at === 6) continue;
      const project = code === "project" ? at : at === 7 ? 2 : at % 2;
      database.write(writing, rowKey(code, id), () => ({
        code,
        id,
        org: organizationOfProject(project),
        project: code === "task" ? (projects[project] ?? null) : null,
        isPrivate: at === 5,
        mark: 0,
        version: 0,
      }));
    }
    database.commit(writing);
    // As if the log had been told long ago.
    database.log.number(Number.MAX_SAFE_INTEGER, Number.NEGATIVE_INFINITY, 0);
  }
}
