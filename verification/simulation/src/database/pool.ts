import { databaseNames } from "@heliograph/shared/database-names";
import type { createLogDatabase } from "@heliograph/watcher/claim/log-database";
import type { Host } from "../engine/host.ts";
import type { Network } from "../engine/network.ts";
import type { Scheduler } from "../engine/scheduler.ts";
import type { SimDatabase } from "./database.ts";
import type { Person } from "./rows.ts";
import { type Result, runStatement, UnknownStatementError } from "./statements.ts";

/** The pool type of the services. */
export type Pool = Parameters<typeof createLogDatabase>[0]["pool"];

type Query = {
  readonly name?: string;
  readonly text: string;
  readonly values?: readonly unknown[];
  readonly query_timeout?: number;
};

export type PoolPorts = {
  readonly host: Host;
  readonly databaseHost: Host;
  readonly database: SimDatabase;
  readonly network: Network;
  readonly scheduler: Scheduler;
  /** Longest wait for an answer. */
  readonly timeoutMs: number;
  /** Called when the product uses something that the model does not implement, which makes the run invalid. */
  readonly onGap: (error: Error) => void;
};

const refused = (): Error => Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
const reset = (): Error => Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });

/** A simulated connection pool. Statements succeed, fail before or after they take effect, or hang. */
export function createSimPool(ports: PoolPorts): Pool {
  const { host, databaseHost, database, network, scheduler, onGap } = ports;

  function ask(query: Query, as: Person | undefined, channel: { freeAt: number }): Promise<Result> {
    const name = host.name;
    const crashes = database.crashes;
    const breaks = network.breaks(name, "db");
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const timeoutMs = query.query_timeout ?? ports.timeoutMs;
    const cancel = scheduler.after(timeoutMs, host, () => reject(new Error("Query read timeout")));
    const end = (settle: () => void, delayMs: number): void => {
      scheduler.after(delayMs, host, () => {
        cancel();
        settle();
      });
    };
    const broken = (): boolean => network.breaks(name, "db") !== breaks || network.state(name, "db") === "cut";
    if (network.state(name, "db") === "cut" || !database.up) {
      end(() => reject(refused()), 1);
      return promise;
    }
    // Statements on one connection arrive in order.
    const arriveAt = Math.max(scheduler.now + network.latency(), channel.freeAt);
    channel.freeAt = arriveAt;
    scheduler.after(arriveAt - scheduler.now, databaseHost, () => {
      if (broken() || database.crashes !== crashes) return end(() => reject(reset()), 1);
      if (network.state(name, "db") === "dark") return;
      let settle: () => void;
      try {
        const result = runStatement(database, { name: query.name, text: query.text, values: query.values ?? [] }, as);
        settle = () => resolve(result);
      } catch (error) {
        if (error instanceof UnknownStatementError) onGap(error);
        settle = () => reject(error as Error);
      }
      const backMs = network.latency();
      scheduler.after(backMs, host, () => {
        if (broken() || database.crashes !== crashes) settle = () => reject(reset());
        else if (network.state(name, "db") === "dark") return;
        cancel();
        settle();
      });
    });
    return promise;
  }

  const asQuery = (query: string | Query, values?: readonly unknown[]): Query =>
    typeof query === "string" ? { text: query, ...(values && { values }) } : query;

  const connect = async (): Promise<unknown> => {
    let as: Person | undefined;
    const channel = { freeAt: 0 };
    return {
      pipeline: true,
      on: () => undefined,
      off: () => undefined,
      release: () => undefined,
      query(given: string | Query, values?: readonly unknown[]) {
        const query = asQuery(given, values);
        // begin, commit and rollback are ignored: the model does not depend on them.
        if (/^\s*(begin|commit|rollback)/.test(query.text)) return Promise.resolve({ rows: [], rowCount: 0 });
        if (query.text.includes("set_config('app.person_id'")) {
          const [personId, organizationId] = (query.values ?? []) as string[];
          as = { personId: personId ?? "", organizationId: organizationId ?? "" };
          return Promise.resolve({ rows: [], rowCount: 1 });
        }
        return ask(query, as, channel);
      },
    };
  };

  return {
    // Unquoted names, because the model recognises statements by their text.
    names: { ...databaseNames("app", "heliograph"), schema: "app" },
    connect,
    query: (query: string | Query, values?: readonly unknown[]) =>
      ask(asQuery(query, values), undefined, { freeAt: 0 }),
  } as unknown as Pool;
}
