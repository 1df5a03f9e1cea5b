import type { Row } from "../database/rows.ts";
import { rowKey } from "../database/rows.ts";
import { PodNode } from "../nodes/pod-node.ts";
import type { WatcherNode } from "../nodes/watcher-node.ts";
import type { Action, Who } from "../plan/action.ts";
import { entities, organizationOfProject, people, projects } from "../plan/cast.ts";
import type { Stage } from "./stage.ts";

/** Restarted gateways and dead sessions: what the housekeeper does in production, at a time that the schedule chooses. */
const deadAfterMs = 4000;
const reapGraceMs = 15_000;

/** Does one action now, and whatever ends it later. */
export function perform(stage: Stage, action: Action): void {
  const { world } = stage;
  const { database, bus, network, scheduler, databaseHost } = world;
  const later = (ms: number, run: () => void): void => void scheduler.after(ms, undefined, run);
  const client = (number: number) => stage.clients[number % stage.clients.length];
  switch (action.do) {
    case "write":
    case "create":
    case "hide":
    case "show":
    case "move":
      change(stage, [action.entity], (row, number) => changed(stage, row, number, action));
      break;
    case "remove":
      change(stage, [action.entity, ...tasksIn(stage, action.entity)], () => undefined);
      break;
    case "bulk":
      change(stage, action.entities, (row) => row && { ...row, mark: ++stage.mark });
      break;
    case "burst":
      for (let time = 0; time < action.times; time += 1) {
        const number = action.entities[time % action.entities.length];
        if (number === undefined) break;
        later(time * action.everyMs, () => change(stage, [number], (row) => row && { ...row, mark: ++stage.mark }));
      }
      break;
    case "long": {
      const writing = database.begin();
      for (const number of action.entities)
        database.write(writing, keyOf(number), (row) => row && { ...row, mark: ++stage.mark });
      later(action.forMs, () => {
        if (action.commits) database.commit(writing);
        else database.end(writing);
      });
      break;
    }
    case "grant":
    case "revoke": {
      const entity = entities[action.entity];
      const person = people[action.person];
      if (entity && person) database.grant(entity.code, entity.id, person, action.do === "grant");
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
    case "bus-trouble":
      bus.trouble = { drop: action.drop, duplicate: action.duplicate, delay: action.delay };
      later(action.forMs, () => {
        bus.trouble = { drop: 0, duplicate: 0, delay: 0 };
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
      const node = stage.node(action.who);
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
      freeze(stage, databaseHost, action.forMs);
      break;
    case "db-link":
      network.set(action.who, "db", action.how);
      later(action.forMs, () => network.set(action.who, "db", "up"));
      break;
    case "failover": {
      // The copy is as old as the standby was behind; taken now, used later.
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
      stage.node(action.who).kill();
      restartLater(stage, action.who, action.forMs);
      break;
    case "freeze":
      freeze(stage, stage.node(action.who).host, action.forMs);
      break;
    case "stop":
      stopNode(stage, action.who, action.forMs);
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
      if (node) freeze(stage, node.host, action.forMs);
      break;
    }
    case "offline": {
      const node = client(action.client);
      node?.tell("offline");
      later(action.forMs, () => node?.tell("online"));
      break;
    }
    case "visible":
      client(action.client)?.tell("visible");
      break;
    case "clock": {
      const node = client(action.client);
      if (node) node.host.skewMs += action.byMs;
      break;
    }
    case "cut-socket":
      for (const wire of client(action.client)?.wires ?? []) wire.cut();
      break;
    case "stall": {
      const wires = [...(client(action.client)?.wires ?? [])].filter(({ over }) => !over);
      for (const wire of wires) wire.stalled = action.way;
      later(action.forMs, () => {
        for (const wire of wires) {
          wire.stalled = "none";
          wire.unblock();
        }
      });
      break;
    }
    case "client-link": {
      const node = client(action.client);
      const pod = `pod${action.pod}`;
      if (!node) break;
      network.set(node.name, pod, action.how);
      if (action.how === "cut") for (const wire of node.wires) if (wire.pod.name === pod) wire.cut();
      later(action.forMs, () => {
        network.set(node.name, pod, "up");
        for (const wire of node.wires) wire.unblock();
      });
      break;
    }
    case "rest-fails":
      stage.restFailing = action.share;
      later(action.forMs, () => {
        stage.restFailing = 0;
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
  if (!entity) throw new RangeError(`there is no entity ${number}`);
  return rowKey(entity.code, entity.id);
}

type Change = (row: Row | undefined, number: number) => Row | undefined;

/** One statement in a transaction of its own. */
function change({ world, pods }: Stage, numbers: readonly number[], how: Change): void {
  const { database } = world;
  const writing = database.begin();
  for (const number of numbers) database.write(writing, keyOf(number), (row) => how(row, number));
  database.commit(writing);
  // Half of the writers use the API, whose gateway makes the watcher look at once.
  if (world.random.chance(0.5)) pods.find(({ serving, host }) => serving && !host.frozen)?.poke();
}

type Single = Exclude<
  Extract<Action, { do: "write" | "remove" | "hide" | "show" } | { do: "create" } | { do: "move" }>,
  { do: "remove" }
>;

/** Foreign keys: what lies in a project goes with it. */
function tasksIn({ world }: Stage, number: number): number[] {
  const project = projects[number];
  return [...entities.keys()].filter((task) => project && world.database.rows.get(keyOf(task))?.project === project);
}

const hasProject = ({ world }: Stage, number: number): boolean => world.database.rows.has(keyOf(number));

function changed(stage: Stage, row: Row | undefined, number: number, action: Single): Row | undefined {
  const entity = entities[number];
  if (!entity) return row;
  const mark = ++stage.mark;
  switch (action.do) {
    case "write":
      return row && { ...row, mark };
    case "hide":
      return row && { ...row, isPrivate: true, mark };
    case "show":
      return row && { ...row, isPrivate: false, mark };
    case "move":
      return row && hasProject(stage, action.project) ? moved(row, action.project, mark) : row;
    case "create": {
      if (row) return { ...row, mark };
      const project = entity.code === "project" ? number : number === 7 ? 2 : number % 2;
      if (entity.code === "task" && !hasProject(stage, project)) return undefined;
      return {
        ...entity,
        org: organizationOfProject(project),
        project: entity.code === "task" ? (projects[project] ?? null) : null,
        isPrivate: action.isPrivate,
        mark,
        version: 0,
      };
    }
  }
}

/** Private rows stay in their organization: the log does not tell which of the two sides may know of such a row. */
function moved(row: Row, project: number, mark: number): Row {
  const org = organizationOfProject(project);
  return row.isPrivate && org !== row.org ? row : { ...row, project: projects[project] ?? null, org, mark };
}

function freeze({ world }: Stage, host: { frozen: boolean; alive: boolean }, forMs: number): void {
  if (!host.alive || host.frozen) return;
  host.frozen = true;
  world.scheduler.after(forMs, undefined, () => {
    if (host.frozen) world.scheduler.thaw(host as Parameters<typeof world.scheduler.thaw>[0]);
  });
}

function restartLater(stage: Stage, who: Who, ms: number): void {
  stage.world.scheduler.after(ms, undefined, () => {
    const node = stage.node(who);
    if (!node.host.alive) node.start();
  });
}

function stopNode(stage: Stage, who: Who, ms: number): void {
  const node: WatcherNode | PodNode = stage.node(who);
  if (!node.host.alive) return;
  if (node instanceof PodNode) {
    node.drain(() => restartLater(stage, who, ms));
    return;
  }
  node.stop();
  // A watcher that has handed over does nothing more; the time is enough for the one statement.
  stage.world.scheduler.after(ms + 100, undefined, () => {
    node.kill();
    node.start();
  });
}
