/** One thing that somebody does, or that goes wrong, at `at` milliseconds. Numbers name entities, people, pods and so on. */
export type Action = { readonly at: number } & (
  | { readonly do: "write" | "remove" | "hide" | "show"; readonly entity: number }
  | { readonly do: "create"; readonly entity: number; readonly isPrivate: boolean }
  | { readonly do: "move"; readonly entity: number; readonly project: number }
  | { readonly do: "bulk"; readonly entities: readonly number[] }
  /** The rows are written again and again, to hit moments that last a millisecond. */
  | { readonly do: "burst"; readonly entities: readonly number[]; readonly times: number; readonly everyMs: number }
  /** A transaction whose statements run now and that commits, or not, after `forMs`. */
  | { readonly do: "long"; readonly entities: readonly number[]; readonly forMs: number; readonly commits: boolean }
  | { readonly do: "grant" | "revoke"; readonly entity: number; readonly person: number }
  | { readonly do: "member"; readonly person: number; readonly role: "admin" | "member" | "none" }
  | { readonly do: "drop-view" | "watch-again"; readonly client: number; readonly row: number }
  // Faults of the bus.
  | {
      readonly do: "bus-trouble";
      readonly drop: number;
      readonly duplicate: number;
      readonly delay: number;
      readonly forMs: number;
    }
  | { readonly do: "bus-down" | "bus-silent"; readonly forMs: number }
  | { readonly do: "bus-link"; readonly who: Who; readonly how: "cut" | "dark"; readonly forMs: number }
  // Faults of the database.
  | { readonly do: "db-crash" | "db-pause"; readonly forMs: number }
  | { readonly do: "db-link"; readonly who: Who; readonly how: "cut" | "dark"; readonly forMs: number }
  | { readonly do: "failover"; readonly behindMs: number; readonly forMs: number }
  | { readonly do: "retention" }
  | { readonly do: "requeue"; readonly count: number }
  | { readonly do: "new-epoch" }
  | { readonly do: "lose-rows"; readonly what: "subscriptions" | "sessions" | "gateways" }
  | { readonly do: "reap" }
  // Faults of processes.
  | { readonly do: "kill" | "freeze" | "stop"; readonly who: Who; readonly forMs: number }
  | { readonly do: "reload" | "sleep"; readonly client: number; readonly forMs: number }
  | { readonly do: "offline" | "visible"; readonly client: number; readonly forMs: number }
  | { readonly do: "clock"; readonly client: number; readonly byMs: number }
  // Faults of the way to clients.
  | { readonly do: "cut-socket"; readonly client: number }
  | { readonly do: "stall"; readonly client: number; readonly way: "up" | "down"; readonly forMs: number }
  | {
      readonly do: "client-link";
      readonly client: number;
      readonly pod: number;
      readonly how: "cut" | "dark";
      readonly forMs: number;
    }
  | { readonly do: "rest-fails"; readonly share: number; readonly forMs: number }
  | { readonly do: "slow-network"; readonly share: number; readonly forMs: number }
);

/** A watcher or a pod. */
export type Who = "watcher0" | "watcher1" | "pod0" | "pod1";
type ActionName = Action["do"];

/** A whole run: who is there, and what happens. */
export type Plan = {
  readonly seed: number;
  readonly clients: readonly {
    readonly person: number;
    readonly rows: readonly number[];
    readonly lists: readonly number[];
    readonly tokenMs: number;
    readonly storeMs: number;
  }[];
  /** When the faults are over, milliseconds. */
  readonly endMs: number;
  readonly actions: readonly Action[];
};

const workload: ReadonlySet<ActionName> = new Set([
  "write",
  "remove",
  "create",
  "hide",
  "show",
  "move",
  "bulk",
  "burst",
  "long",
  "grant",
  "revoke",
  "member",
  "drop-view",
  "watch-again",
]);

export const isFault = ({ do: name }: Action): boolean => !workload.has(name);
