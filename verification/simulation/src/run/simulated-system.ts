import { BusCheck } from "../checks/bus-check.ts";
import { watchStore } from "../checks/client-check.ts";
import { checkFrame } from "../checks/frame-check.ts";
import { History } from "../checks/history.ts";
import { Violations } from "../checks/violation.ts";
import { rowKey } from "../database/rows.ts";
import { ClientNode } from "../nodes/client-node.ts";
import { GatewayNode } from "../nodes/gateway-node.ts";
import { createInfrastructure, type Infrastructure } from "../nodes/infrastructure.ts";
import { WatcherNode } from "../nodes/watcher-node.ts";
import type { ProcessName, Schedule } from "../schedule/action.ts";
import { entities, organizationOfProject, organizations, people, projects } from "../schedule/fixtures.ts";

/** Milliseconds before the first action; no client has subscribed by then. */
export const warmUpMs = 50;
/** Beyond this many steps some entityCode schedules work in a loop; normal runs take a tenth. */
const maxSteps = 400_000;

/** The processes of one run, with the checks that observe every message and store write. */
export class SimulatedSystem {
  readonly infrastructure: Infrastructure & { gaps: Error[] };
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

  constructor(schedule: Schedule, trace?: (line: string) => void) {
    const infrastructure = createInfrastructure(schedule.seed, { maxSteps });
    this.trace = (line) => trace?.(`${infrastructure.scheduler.now.toFixed(1).padStart(9)} ${line}`);
    this.infrastructure = infrastructure;
    this.history = new History(infrastructure.database, people);
    const check = new BusCheck(this.violations, () => infrastructure.scheduler.now);
    infrastructure.bus.onPublish = (message) => {
      if (message.type === "hint") this.trace(`watcher -> ${JSON.stringify(message).slice(0, 300)}`);
      check.published(message);
    };
    infrastructure.scheduler.within(undefined, () => this.#fillDatabase());
    this.watchers = [new WatcherNode("watcher0", infrastructure), new WatcherNode("watcher1", infrastructure)];
    this.gateways = [new GatewayNode("gateway0", infrastructure), new GatewayNode("gateway1", infrastructure)];
    this.clients = schedule.clients.map(({ person, rows, lists, containers = [], tokenMs, storeMs }, number) => {
      const user = people[person];
      if (!user) throw new RangeError(`person ${person} does not exist`);
      const client = new ClientNode(`client${number}`, {
        infrastructure,
        gateways: this.gateways,
        person: user,
        interests: {
          rows: rows.flatMap((row) => entities[row] ?? []),
          lists: lists.flatMap((list) => projects[list] ?? []),
          containers: containers.flatMap((container) => projects[container] ?? []),
        },
        tokenMs,
        storeMs,
        failing: () => this.restFailing,
        onFrame: (node, gateway, text) => {
          this.trace(`${gateway.name} -> ${node.name} ${text.slice(0, 300)}`);
          checkFrame(
            { history: this.history, violations: this.violations, nowMs: infrastructure.scheduler.now },
            node,
            text,
          );
        },
        onUp: (node, text) => this.trace(`${node.name} -> ${text.slice(0, 300)}`),
      });
      watchStore(
        { history: this.history, violations: this.violations, now: () => infrastructure.scheduler.now },
        client,
      );
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
    this.infrastructure.scheduler.advanceTo(warmUpMs);
  }

  node(process: ProcessName): WatcherNode | GatewayNode {
    const node = [...this.watchers, ...this.gateways].find(({ name }) => name === process);
    if (!node) throw new RangeError(`process ${process} does not exist`);
    return node;
  }

  #fillDatabase(): void {
    const { database } = this.infrastructure;
    for (const [at, person] of people.entries()) database.setMember(person, at === 0 ? "admin" : "member", false);
    const transaction = database.begin();
    for (const org of organizations)
      database.write(transaction, rowKey("organization", org), () => ({
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
      database.write(transaction, rowKey(entityCode, id), () => ({
        entityCode,
        id,
        org: organizationOfProject(project),
        project: entityCode === "task" ? (projects[project] ?? null) : null,
        isPrivate: at === 5,
        mark: 0,
        version: 0,
      }));
    }
    database.commit(transaction);
    // Number the log as if it had been published long ago.
    database.log.number(Number.MAX_SAFE_INTEGER, Number.NEGATIVE_INFINITY, 0);
  }
}
