import type { Transaction } from "../database/database.ts";
import type { Row } from "../database/rows.ts";
import { rowKey } from "../database/rows.ts";
import { GatewayNode } from "../nodes/gateway-node.ts";
import type { WatcherNode } from "../nodes/watcher-node.ts";
import type { Action, ProcessName } from "../schedule/action.ts";
import { entities, organizationOfProject, people, projects } from "../schedule/fixtures.ts";
import type { SimulatedSystem } from "./simulated-system.ts";

/** Limits for "reap": housekeeping of dead gateways and their sessions, at a time that the schedule chooses. */
const deadAfterMs = 4000;
const reapGraceMs = 15_000;

/** Applies one action now and schedules its end. */
export function applyAction(system: SimulatedSystem, action: Action): void {
  const { infrastructure } = system;
  const { database, bus, network, scheduler, databaseHost } = infrastructure;
  const later = (ms: number, run: () => void): void => void scheduler.after(ms, undefined, run);
  const client = (number: number) => system.clients[number % system.clients.length];
  switch (action.do) {
    case "write":
    case "create":
    case "hide":
    case "show":
    case "move":
      change(system, [action.entity], (row, number) => changed(system, row, number, action));
      break;
    case "remove":
      change(system, [action.entity, ...tasksIn(system, action.entity)], () => undefined);
      break;
    case "bulk":
      change(system, action.entities, (row) => row && { ...row, mark: ++system.mark });
      break;
    case "burst":
      for (let time = 0; time < action.times; time += 1) {
        const number = action.entities[time % action.entities.length];
        if (number === undefined) break;
        later(time * action.everyMs, () => change(system, [number], (row) => row && { ...row, mark: ++system.mark }));
      }
      break;
    case "long": {
      const transaction = database.begin();
      for (const number of action.entities)
        database.write(transaction, keyOf(number), (row) => row && { ...row, mark: ++system.mark });
      later(action.forMs, () => {
        if (action.commits) database.commit(transaction);
        else database.end(transaction);
      });
      break;
    }
    case "grant":
    case "revoke": {
      const entity = entities[action.entity];
      const person = people[action.person];
      if (!entity || !person) break;
      const transaction = database.begin();
      database.grant(transaction, entity.entityCode, entity.id, person, action.do === "grant");
      database.commit(transaction);
      break;
    }
    case "remove-granted": {
      const transaction = database.begin();
      removeGranted(system, transaction, action);
      if (action.forMs === 0) database.commit(transaction);
      else later(action.forMs, () => database.commit(transaction));
      break;
    }
    case "member": {
      const person = people[action.person];
      if (person) database.setMember(person, action.role === "none" ? undefined : action.role);
      break;
    }
    case "drop-view":
      client(action.client)?.drop(action.row);
      break;
    case "watch-again":
      client(action.client)?.watchAgain(action.row);
      break;
    case "bus-faults":
      bus.faults = { drop: action.drop, duplicate: action.duplicate, delay: action.delay };
      later(action.forMs, () => {
        bus.faults = { drop: 0, duplicate: 0, delay: 0 };
      });
      break;
    case "bus-down":
      bus.stop();
      later(action.forMs, () => bus.start());
      break;
    case "bus-silent":
      bus.silent = true;
      later(action.forMs, () => {
        bus.silent = false;
      });
      break;
    case "bus-link": {
      const node = system.node(action.process);
      bus.link(node.host, action.how);
      later(action.forMs, () => bus.link(node.host, "up"));
      break;
    }
    case "db-crash":
      database.crash();
      later(action.forMs, () => {
        database.up = true;
      });
      break;
    case "db-pause":
      freeze(system, databaseHost, action.forMs);
      break;
    case "db-link":
      network.set(action.process, "db", action.how);
      later(action.forMs, () => network.set(action.process, "db", "up"));
      break;
    case "failover": {
      // The standby lags by `behindMs`: its copy is taken now and promoted later.
      const copy = database.copy();
      later(action.behindMs, () => {
        database.failOver(copy);
        later(action.forMs, () => {
          database.up = true;
        });
      });
      break;
    }
    case "retention":
      if (database.up) database.log.drop(database.log.head);
      break;
    case "requeue":
      if (database.up) database.requeue(action.count);
      break;
    case "new-epoch":
      if (database.up) database.newEpoch();
      break;
    case "lose-rows":
      if (!database.up) break;
      if (action.what === "subscriptions") database.tables.subscriptions.clear();
      else if (action.what === "gateways") database.tables.gateways.clear();
      else {
        database.tables.subscriptions.clear();
        database.tables.sessions.clear();
      }
      break;
    case "reap":
      if (database.up) database.tables.reap(deadAfterMs, reapGraceMs, database.nowMs);
      break;
    case "kill":
      system.node(action.process).kill();
      restartLater(system, action.process, action.forMs);
      break;
    case "freeze":
      freeze(system, system.node(action.process).host, action.forMs);
      break;
    case "stop":
      stopNode(system, action.process, action.forMs);
      break;
    case "reload": {
      const node = client(action.client);
      if (!node?.host.alive) break;
      node.kill(action.forMs % 2 === 0 ? 1001 : 1006);
      later(action.forMs, () => node.host.alive || node.start());
      break;
    }
    case "sleep": {
      const node = client(action.client);
      if (node) freeze(system, node.host, action.forMs);
      break;
    }
    case "offline": {
      const node = client(action.client);
      node?.emit("offline");
      later(action.forMs, () => node?.emit("online"));
      break;
    }
    case "visible":
      client(action.client)?.emit("visible");
      break;
    case "clock": {
      const node = client(action.client);
      if (node) node.host.skewMs += action.byMs;
      break;
    }
    case "cut-socket":
      for (const socket of client(action.client)?.sockets ?? []) socket.cut();
      break;
    case "stall": {
      const sockets = [...(client(action.client)?.sockets ?? [])].filter(({ isClosed }) => !isClosed);
      for (const socket of sockets) socket.stalled = action.way;
      later(action.forMs, () => {
        for (const socket of sockets) {
          socket.stalled = "none";
          socket.unblock();
        }
      });
      break;
    }
    case "client-link": {
      const node = client(action.client);
      const gateway = `gateway${action.gateway}`;
      if (!node) break;
      network.set(node.name, gateway, action.how);
      if (action.how === "cut") for (const socket of node.sockets) if (socket.gateway.name === gateway) socket.cut();
      later(action.forMs, () => {
        network.set(node.name, gateway, "up");
        for (const socket of node.sockets) socket.unblock();
      });
      break;
    }
    case "rest-fails":
      system.restFailing = action.share;
      later(action.forMs, () => {
        system.restFailing = 0;
      });
      break;
    case "slow-network":
      network.slowShare = action.share;
      later(action.forMs, () => {
        network.slowShare = 0;
      });
      break;
  }
}

function keyOf(number: number): string {
  const entity = entities[number];
  if (!entity) throw new RangeError(`entity ${number} does not exist`);
  return rowKey(entity.entityCode, entity.id);
}

type Change = (row: Row | undefined, number: number) => Row | undefined;

/** Changes rows in one transaction. */
function change({ infrastructure, gateways }: SimulatedSystem, numbers: readonly number[], how: Change): void {
  const { database } = infrastructure;
  const transaction = database.begin();
  for (const number of numbers) database.write(transaction, keyOf(number), (row) => how(row, number));
  database.commit(transaction);
  // Half of the writes go through the REST API, whose gateway pokes the watcher.
  if (infrastructure.random.chance(0.5)) gateways.find(({ serving, host }) => serving && !host.frozen)?.poke();
}

/** Runs the statements of "remove-granted". */
function removeGranted(
  system: SimulatedSystem,
  transaction: Transaction,
  { entity, grants, next }: Extract<Action, { do: "remove-granted" }>,
): void {
  const { database } = system.infrastructure;
  const { entityCode, id } = entities[entity] ?? {};
  if (!entityCode || !id) return;
  const deleteGrants = (): void => {
    for (const person of database.grantedFor(transaction, rowKey(entityCode, id)))
      database.grant(transaction, entityCode, id, person, false);
  };
  if (grants === "before") deleteGrants();
  for (const number of [entity, ...tasksIn(system, entity)])
    database.write(transaction, keyOf(number), () => undefined);
  if (grants === "after") deleteGrants();
  if (next === "none") return;
  const create: Single = { at: 0, do: "create", entity, isPrivate: next === "private" };
  database.write(transaction, keyOf(entity), (row) => row ?? changed(system, row, entity, create));
}

type Single = Exclude<
  Extract<Action, { do: "write" | "remove" | "hide" | "show" } | { do: "create" } | { do: "move" }>,
  { do: "remove" }
>;

/** Tasks that the deletion of this project deletes by foreign key. */
function tasksIn({ infrastructure }: SimulatedSystem, number: number): number[] {
  const project = projects[number];
  return [...entities.keys()].filter(
    (task) => project && infrastructure.database.rows.get(keyOf(task))?.project === project,
  );
}

const hasProject = ({ infrastructure }: SimulatedSystem, number: number): boolean =>
  infrastructure.database.rows.has(keyOf(number));

function changed(system: SimulatedSystem, row: Row | undefined, number: number, action: Single): Row | undefined {
  const entity = entities[number];
  if (!entity) return row;
  const mark = ++system.mark;
  switch (action.do) {
    case "write":
      return row && { ...row, mark };
    case "hide":
      return row && { ...row, isPrivate: true, mark };
    case "show":
      return row && { ...row, isPrivate: false, mark };
    case "move":
      return row && hasProject(system, action.project) ? moved(row, action.project, mark) : row;
    case "create": {
      if (row) return { ...row, mark };
      const project = entity.entityCode === "project" ? number : number === 7 ? 2 : number % 2;
      if (entity.entityCode === "task" && !hasProject(system, project)) return undefined;
      return {
        ...entity,
        org: organizationOfProject(project),
        project: entity.entityCode === "task" ? (projects[project] ?? null) : null,
        isPrivate: action.isPrivate,
        mark,
        version: 0,
      };
    }
  }
}

/** Moves a row to a project. Private rows stay in their organization: the log does not say which side may know of such a row. */
function moved(row: Row, project: number, mark: number): Row {
  const org = organizationOfProject(project);
  return row.isPrivate && org !== row.org ? row : { ...row, project: projects[project] ?? null, org, mark };
}

function freeze({ infrastructure }: SimulatedSystem, host: { frozen: boolean; alive: boolean }, forMs: number): void {
  if (!host.alive || host.frozen) return;
  host.frozen = true;
  infrastructure.scheduler.after(forMs, undefined, () => {
    if (host.frozen) infrastructure.scheduler.thaw(host as Parameters<typeof infrastructure.scheduler.thaw>[0]);
  });
}

function restartLater(system: SimulatedSystem, process: ProcessName, ms: number): void {
  system.infrastructure.scheduler.after(ms, undefined, () => {
    const node = system.node(process);
    if (!node.host.alive) node.start();
  });
}

function stopNode(system: SimulatedSystem, process: ProcessName, ms: number): void {
  const node: WatcherNode | GatewayNode = system.node(process);
  if (!node.host.alive) return;
  if (node instanceof GatewayNode) {
    node.drain(() => restartLater(system, process, ms));
    return;
  }
  node.stop();
  // A watcher that has released its lease is idle; the time is enough for that one statement.
  system.infrastructure.scheduler.after(ms + 100, undefined, () => {
    node.kill();
    node.start();
  });
}
