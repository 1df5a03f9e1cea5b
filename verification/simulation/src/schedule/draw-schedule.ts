import { SeededRandom } from "@heliograph/shared/seeded-random";
import type { Action, ProcessName, Schedule } from "./action.ts";
import { entities, people, projects } from "./fixtures.ts";

const processes: readonly ProcessName[] = ["watcher0", "watcher1", "gateway0", "gateway1"];

type Draw = (random: SeededRandom, at: number) => Action;

const entity = (random: SeededRandom): number => random.int(0, entities.length - 1);
const duration = (random: SeededRandom): number =>
  random.chance(0.2) ? random.int(3000, 15_000) : random.int(50, 4000);

/** Actions of users and programs, with their weights. */
const workload: readonly (readonly [number, Draw])[] = [
  [12, (random, at) => ({ at, do: "write", entity: entity(random) })],
  [3, (random, at) => ({ at, do: "remove", entity: entity(random) })],
  [4, (random, at) => ({ at, do: "create", entity: entity(random), isPrivate: random.chance(0.3) })],
  [2, (random, at) => ({ at, do: "hide", entity: entity(random) })],
  [2, (random, at) => ({ at, do: "show", entity: entity(random) })],
  [
    2,
    (random, at) => ({
      at,
      do: "move",
      entity: random.int(projects.length, entities.length - 1),
      project: random.int(0, 2),
    }),
  ],
  [2, (random, at) => ({ at, do: "bulk", entities: random.some([...entities.keys()], 0.6) })],
  [
    3,
    (random, at) => ({
      at,
      do: "long",
      entities: random.some([...entities.keys()], 0.3),
      forMs: random.chance(0.25) ? random.int(8000, 16_000) : random.int(10, 4000),
      commits: random.chance(0.85),
    }),
  ],
  [3, (random, at) => ({ at, do: "grant", entity: entity(random), person: random.int(0, 2) })],
  [3, (random, at) => ({ at, do: "revoke", entity: entity(random), person: random.int(0, 2) })],
  [1, (random, at) => ({ at, do: "member", person: random.int(0, 3), role: random.pick(["admin", "member", "none"]) })],
  [1, (random, at) => ({ at, do: "drop-view", client: random.int(0, 2), row: random.int(0, 4) })],
  [2, (random, at) => ({ at, do: "watch-again", client: random.int(0, 2), row: random.int(0, 4) })],
];

/** Faults, with their weights. */
const faults: readonly (readonly [number, Draw])[] = [
  [
    3,
    (random, at) => ({
      at,
      do: "bus-faults",
      drop: random.pick([0, 0.3, 1]),
      duplicate: random.pick([0, 0.5]),
      delay: random.pick([0, 0.5]),
      forMs: duration(random),
    }),
  ],
  [1, (random, at) => ({ at, do: "bus-down", forMs: duration(random) })],
  [2, (random, at) => ({ at, do: "bus-silent", forMs: duration(random) })],
  [
    2,
    (random, at) => ({
      at,
      do: "bus-link",
      process: random.pick(processes),
      how: random.pick(["cut", "dark"]),
      forMs: duration(random),
    }),
  ],
  [1, (random, at) => ({ at, do: "db-crash", forMs: duration(random) })],
  [1, (random, at) => ({ at, do: "db-pause", forMs: duration(random) })],
  [
    2,
    (random, at) => ({
      at,
      do: "db-link",
      process: random.pick(processes),
      how: random.pick(["cut", "dark"]),
      forMs: duration(random),
    }),
  ],
  [0.5, (random, at) => ({ at, do: "failover", behindMs: random.int(0, 3000), forMs: random.int(50, 2000) })],
  [1, (_random, at) => ({ at, do: "retention" })],
  [0.3, (random, at) => ({ at, do: "requeue", count: random.int(1, 4) })],
  [0.3, (_random, at) => ({ at, do: "new-epoch" })],
  [1, (random, at) => ({ at, do: "lose-rows", what: random.pick(["subscriptions", "sessions", "gateways"]) })],
  [1, (_random, at) => ({ at, do: "reap" })],
  [3, (random, at) => ({ at, do: "kill", process: random.pick(processes), forMs: random.int(10, 3000) })],
  [3, (random, at) => ({ at, do: "freeze", process: random.pick(processes), forMs: duration(random) })],
  [1, (random, at) => ({ at, do: "stop", process: random.pick(processes), forMs: random.int(10, 2000) })],
  [2, (random, at) => ({ at, do: "reload", client: random.int(0, 2), forMs: random.int(1, 2000) })],
  [1, (random, at) => ({ at, do: "sleep", client: random.int(0, 2), forMs: duration(random) })],
  [1, (random, at) => ({ at, do: "offline", client: random.int(0, 2), forMs: duration(random) })],
  [0.5, (random, at) => ({ at, do: "visible", client: random.int(0, 2), forMs: 0 })],
  [0.3, (random, at) => ({ at, do: "clock", client: random.int(0, 2), byMs: random.int(-600_000, 600_000) })],
  [3, (random, at) => ({ at, do: "cut-socket", client: random.int(0, 2) })],
  [
    2,
    (random, at) => ({
      at,
      do: "stall",
      client: random.int(0, 2),
      way: random.pick(["up", "down"]),
      forMs: duration(random),
    }),
  ],
  [
    2,
    (random, at) => ({
      at,
      do: "client-link",
      client: random.int(0, 2),
      gateway: random.int(0, 1),
      how: random.pick(["cut", "dark"]),
      forMs: duration(random),
    }),
  ],
  [1, (random, at) => ({ at, do: "rest-fails", share: random.pick([0.3, 0.8]), forMs: duration(random) })],
  [1, (random, at) => ({ at, do: "slow-network", share: random.pick([0.1, 0.5]), forMs: duration(random) })],
];

/** Faults after which sockets reconnect and subscribe or resume. */
const disconnecting: ReadonlySet<Action["do"]> = new Set([
  "cut-socket",
  "reload",
  "kill",
  "stop",
  "client-link",
  "bus-link",
]);

const burst = (random: SeededRandom, at: number): Action => ({
  at,
  do: "burst",
  entities: random.some([...entities.keys()], 0.4),
  times: random.int(5, 25),
  everyMs: random.pick([1, 2, 5]),
});

/** Draws bursts of changes while clients subscribe: at the start, and after sockets reconnect. */
function drawBursts(random: SeededRandom, faultActions: readonly Action[]): Action[] {
  const bursts = faultActions.flatMap((action) =>
    disconnecting.has(action.do) && random.chance(0.35) ? [burst(random, action.at + random.int(0, 600))] : [],
  );
  return random.chance(0.35) ? [burst(random, random.int(0, 500)), ...bursts] : bursts;
}

type Scenario = (random: SeededRandom, at: number) => Action[];

/** Combinations of actions that independent draws almost never produce. */
const scenarios: readonly Scenario[] = [
  // Sockets reconnect while database answers take longer than the delivery of a change.
  (random, at) => [
    { at, do: "slow-network", share: 0.5, forMs: 3000 },
    ...[0, 1, 2].map(
      (client): Action =>
        random.chance(0.5)
          ? { at: at + 50, do: "cut-socket", client }
          : { at: at + 50, do: "reload", client, forMs: random.int(1, 100) },
    ),
    {
      at: at + random.int(60, 500),
      do: "burst",
      entities: [...entities.keys()],
      times: entities.length,
      everyMs: random.pick([5, 15, 40]),
    },
  ],
  // A client reconnects when neither the replay ring of a gateway nor the log has the changes it missed.
  (random, at) => [
    { at, do: "offline", client: random.int(0, 2), forMs: random.int(3000, 6000) },
    { at: at + 300, do: "bulk", entities: [...entities.keys()] },
    { at: at + 1500, do: "retention" },
    { at: at + 1600, do: "kill", process: "gateway0", forMs: 200 },
    { at: at + 1600, do: "kill", process: "gateway1", forMs: 300 },
  ],
];

/**
 * Draws the lives of private rows: granted, written, deleted with or without their grants, and created again under their
 * id. Independent draws hardly ever produce one, and rows of which only a grant lets a client read show most about the end
 * of a right.
 */
function drawPrivateRows(random: SeededRandom, endMs: number): Action[] {
  return Array.from({ length: random.int(1, 3) }, (): Action[] => {
    // Tasks of the first organization, whose people can be granted rows.
    const row = random.int(projects.length, entities.length - 2);
    const holders = random.some([1, 2], 0.7);
    const times = Array.from({ length: 6 }, () => Math.round(random.next() * endMs)).sort((a, b) => a - b);
    const at = (step: number): number => times[step] ?? endMs;
    const grant = (step: number): Action[] =>
      holders.map((person): Action => ({ at: at(step) + 1, do: "grant", entity: row, person }));
    const end: Action = random.chance(0.2)
      ? { at: at(3), do: "remove", entity: row }
      : {
          at: at(3),
          do: "remove-granted",
          entity: row,
          grants: random.pick(["before", "after", "kept"]),
          next: random.chance(0.5) ? "none" : random.pick(["private", "public"]),
          forMs: random.chance(0.3) ? random.int(10, 2000) : 0,
        };
    return [
      { at: at(0), do: "create", entity: row, isPrivate: true },
      { at: at(0), do: "hide", entity: row },
      ...grant(1),
      ...(random.chance(0.5) ? [{ at: at(2), do: "write", entity: row } as const] : []),
      end,
      ...(random.chance(0.4) ? [{ at: at(4), do: "create", entity: row, isPrivate: random.chance(0.7) } as const] : []),
      ...(random.chance(0.4) ? grant(5) : []),
    ];
  }).flat();
}

/** Half of the clients receive tasks without showing them: only the subscriptions of the projects cover those. */
const covering = (random: SeededRandom, clients: Schedule["clients"]): Schedule["clients"] =>
  clients.map((client) => {
    if (random.chance(0.5)) return client;
    return { ...client, rows: client.rows.filter((row) => row < projects.length), lists: [], containers: [0, 1] };
  });

function drawFrom(table: readonly (readonly [number, Draw])[], random: SeededRandom, at: number): Action {
  let left = random.next() * table.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, draw] of table) {
    left -= weight;
    if (left < 0) return draw(random, at);
  }
  throw new RangeError("the table of draws is empty");
}

/** Draws the whole schedule of one run in advance, so that an action can be removed without affecting the others. */
export function drawSchedule(seed: number): Schedule {
  const random = new SeededRandom(seed);
  const endMs = random.chance(0.06) ? random.int(20_000, 45_000) : random.int(2500, 9000);
  const clients = Array.from({ length: random.int(2, 3) }, () => ({
    person: random.int(0, people.length - 1),
    rows: random.some([...entities.keys()], 0.5),
    lists: random.some([0, 1, 2], 0.3),
    tokenMs: random.chance(0.15) ? random.int(61_000, 64_000) : 3_600_000,
    storeMs: random.chance(0.3) ? random.int(1, 60) : 0,
  }));
  const workCount = Math.round((endMs / 1000) * (1 + random.next() * 3));
  const faultCount = random.chance(0.05) ? 0 : random.int(1, endMs > 15_000 ? 8 : 5);
  const at = (): number => Math.round(random.next() * endMs);
  const faultActions = Array.from({ length: faultCount }, () => drawFrom(faults, random, Math.round(at() * 0.9)));
  const others = [
    ...Array.from({ length: workCount }, () => drawFrom(workload, random, at())),
    ...faultActions,
    ...drawBursts(random, faultActions),
    ...(random.chance(0.12) ? random.pick(scenarios)(random, at()) : []),
  ];
  // Last, so that the schedules without private rows stay as they were.
  const privateRows = random.chance(0.25) ? drawPrivateRows(random, endMs) : [];
  const actions = [...others, ...privateRows].sort((a, b) => a.at - b.at);
  return { seed, clients: privateRows.length > 0 ? covering(random, clients) : clients, endMs, actions };
}
