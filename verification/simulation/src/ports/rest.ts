import type { SeededRandom } from "@heliograph/shared/seeded-random";
import type { SimDatabase } from "../database/database.ts";
import { type Person, type Row, rowKey } from "../database/rows.ts";
import type { Host } from "../engine/host.ts";
import type { Network } from "../engine/network.ts";
import type { Scheduler } from "../engine/scheduler.ts";

export type RestPorts = {
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly random: SeededRandom;
  readonly database: SimDatabase;
  readonly databaseHost: Host;
  readonly client: Host;
  /** A gateway that accepts requests now. */
  readonly gateway: () => Host | undefined;
  readonly person: () => Person;
  /** Share of requests that fail. */
  readonly failing: () => number;
};

type Answer = { readonly status: number; readonly headers: Headers; text(): Promise<string>; json(): Promise<unknown> };

const headers = new Headers();
const answer = (status: number, body: unknown): Answer => ({
  status,
  headers,
  text: async () => JSON.stringify(body),
  json: async () => body,
});

const documentOf = (row: Row): Record<string, unknown> => ({
  $id: row.id,
  $version: row.version,
  id: row.id,
  organization_id: row.org,
  project_id: row.project,
  mark: row.mark,
  is_private: row.isPrivate,
});

/** The read part of the REST API. A response has the rows at the time of the read and is delivered later or never. */
export function createSimFetch(ports: RestPorts): typeof fetch {
  const { scheduler, network, random, database, databaseHost, client } = ports;

  function read(url: URL): Answer {
    const person = ports.person();
    const entityCode = url.pathname.split("/")[3] ?? "";
    const visible = (id: string): Row | undefined => {
      const row = database.rows.get(rowKey(entityCode, id));
      return row && database.mayRead(person, row) ? row : undefined;
    };
    const ids = url.searchParams.get("ids")?.split(",");
    if (ids) {
      const items = ids.flatMap((id) => visible(id) ?? []).map(documentOf);
      return answer(200, { items, gone: ids.filter((id) => !visible(id)) });
    }
    const project = url.searchParams.get("project_id");
    const items = [...database.rows.values()]
      .filter(
        (row) =>
          row.entityCode === entityCode &&
          database.mayRead(person, row) &&
          (project === null || row.project === project),
      )
      .map(documentOf)
      .sort((a, b) => (String(a["$id"]) < String(b["$id"]) ? -1 : 1));
    return answer(200, { items, nextCursor: null });
  }

  const respond = (input: unknown, init?: RequestInit): Promise<Answer> => {
    const url = new URL(String(input), "http://sim");
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    init?.signal?.addEventListener("abort", () => reject(init.signal?.reason), { once: true });
    const gateway = ports.gateway();
    const link = gateway ? network.state(client.name, gateway.name) : "cut";
    const failure = random.chance(ports.failing()) ? random.int(0, 3) : 4;
    if (!gateway || link === "cut" || failure === 0) {
      scheduler.after(2, client, () => reject(new TypeError("fetch failed")));
      return promise;
    }
    // The request is lost and never answered.
    if (link === "dark" || failure === 1) return promise;
    if (failure === 2) {
      const unavailable = answer(503, { error: { code: "unavailable", message: "failed on purpose" } });
      scheduler.after(network.latency() * 2, client, () => resolve(unavailable));
      return promise;
    }
    scheduler.after(network.latency(), gateway, () => {
      if (!database.up || network.state(gateway.name, "db") !== "up") {
        const unavailable = answer(503, { error: { code: "unavailable", message: "no database" } });
        scheduler.after(50, client, () => resolve(unavailable));
        return;
      }
      scheduler.after(network.latency(), databaseHost, () => {
        const result = read(url);
        // Some responses are delivered long after the read, so that they are outdated on arrival.
        const late = failure === 3 || random.chance(0.03) ? random.next() * 1500 : 0;
        scheduler.after(network.latency() + late, client, () => {
          if (network.state(client.name, gateway.name) === "up") resolve(result);
          else if (network.state(client.name, gateway.name) === "cut") reject(new TypeError("fetch failed"));
        });
      });
    });
    return promise;
  };
  return respond as unknown as typeof fetch;
}
