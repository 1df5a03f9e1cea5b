/** One user action or fault at `at` milliseconds. Numbers are indexes of entities, people, gateways and so on. */
export type Action = { readonly at: number } & (
  | { readonly do: "write" | "remove" | "hide" | "show"; readonly entity: number }
  | { readonly do: "create"; readonly entity: number; readonly isPrivate: boolean }
  | { readonly do: "move"; readonly entity: number; readonly project: number }
  | { readonly do: "bulk"; readonly entities: readonly number[] }
  /** Writes the rows repeatedly, to hit windows that last a millisecond. */
  | { readonly do: "burst"; readonly entities: readonly number[]; readonly times: number; readonly everyMs: number }
  /** A transaction whose statements run now and that commits or rolls back after `forMs`. */
  | { readonly do: "long"; readonly entities: readonly number[]; readonly forMs: number; readonly commits: boolean }
  | { readonly do: "grant" | "revoke"; readonly entity: number; readonly person: number }
  /**
   * One transaction that deletes a row, with its grants as an application or a foreign key does, and may create another row
   * under the id. Its statements run now, and it commits after `forMs`.
   */
  | {
      readonly do: "remove-granted";
      readonly entity: number;
      /** Whether the grants are deleted before the row, after it, or not at all. */
      readonly grants: "before" | "after" | "kept";
      readonly next: "none" | "private" | "public";
      readonly forMs: number;
    }
  | { readonly do: "member"; readonly person: number; readonly role: "admin" | "member" | "none" }
  | { readonly do: "drop-view" | "watch-again"; readonly client: number; readonly row: number }
  // Faults of the bus.
  | {
      readonly do: "bus-faults";
      readonly drop: number;
      readonly duplicate: number;
      readonly delay: number;
      readonly forMs: number;
    }
  | { readonly do: "bus-down" | "bus-silent"; readonly forMs: number }
  | { readonly do: "bus-link"; readonly process: ProcessName; readonly how: "cut" | "dark"; readonly forMs: number }
  // Faults of the database.
  | { readonly do: "db-crash" | "db-pause"; readonly forMs: number }
  | { readonly do: "db-link"; readonly process: ProcessName; readonly how: "cut" | "dark"; readonly forMs: number }
  | { readonly do: "failover"; readonly behindMs: number; readonly forMs: number }
  | { readonly do: "retention" }
  | { readonly do: "requeue"; readonly count: number }
  | { readonly do: "new-epoch" }
  | { readonly do: "lose-rows"; readonly what: "subscriptions" | "sessions" | "gateways" }
  | { readonly do: "reap" }
  // Faults of processes.
  | { readonly do: "kill" | "freeze" | "stop"; readonly process: ProcessName; readonly forMs: number }
  | { readonly do: "reload" | "sleep"; readonly client: number; readonly forMs: number }
  | { readonly do: "offline" | "visible"; readonly client: number; readonly forMs: number }
  | { readonly do: "clock"; readonly client: number; readonly byMs: number }
  // Faults of the connections to clients.
  | { readonly do: "cut-socket"; readonly client: number }
  | { readonly do: "stall"; readonly client: number; readonly way: "up" | "down"; readonly forMs: number }
  | {
      readonly do: "client-link";
      readonly client: number;
      readonly gateway: number;
      readonly how: "cut" | "dark";
      readonly forMs: number;
    }
  | { readonly do: "rest-fails"; readonly share: number; readonly forMs: number }
  | { readonly do: "slow-network"; readonly share: number; readonly forMs: number }
);

/** Name of a watcher or gateway. */
export type ProcessName = "watcher0" | "watcher1" | "gateway0" | "gateway1";
type ActionName = Action["do"];

/** The schedule of one run: its clients and actions. */
export type Schedule = {
  readonly seed: number;
  readonly clients: readonly {
    readonly person: number;
    readonly rows: readonly number[];
    readonly lists: readonly number[];
    /** Projects whose tasks it receives without showing them; none where absent. */
    readonly containers?: readonly number[];
    readonly tokenMs: number;
    readonly storeMs: number;
  }[];
  /** When all faults end, milliseconds. */
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
  "remove-granted",
  "member",
  "drop-view",
  "watch-again",
]);

export const isFault = ({ do: name }: Action): boolean => !workload.has(name);
