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
  /** A pod that takes requests now. */
  readonly pod: () => Host | undefined;
  readonly person: () => Person;
  /** Share of requests that fail in one way or another. */
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
  id: row.id,
  version: row.version,
  organization_id: row.org,
  project_id: row.project,
  mark: row.mark,
  is_private: row.isPrivate,
});

/** The API as far as reads go: what the rows are at the moment of the read, delivered some time later, or not at all. */
export function createSimFetch(ports: RestPorts): typeof fetch {
  const { scheduler, network, random, database, databaseHost, client } = ports;

  function read(url: URL): Answer {
    const person = ports.person();
    const code = url.pathname.split("/")[3] ?? "";
    const visible = (id: string): Row | undefined => {
      const row = database.rows.get(rowKey(code, id));
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
        (row) => row.code === code && database.mayRead(person, row) && (project === null || row.project === project),
      )
      .map(documentOf)
      .sort((a, b) => (String(a["id"]) < String(b["id"]) ? -1 : 1));
    return answer(200, { items, nextCursor: null });
  }

  const respond = (input: unknown, init?: RequestInit): Promise<Answer> => {
    const url = new URL(String(input), "http://sim");
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    init?.signal?.addEventListener("abort", () => reject(init.signal?.reason), { once: true });
    const pod = ports.pod();
    const way = pod ? network.state(client.name, pod.name) : "cut";
    const fate = random.chance(ports.failing()) ? random.int(0, 3) : 4;
    if (!pod || way === "cut" || fate === 0) {
      scheduler.after(2, client, () => reject(new TypeError("fetch failed")));
      return promise;
    }
    // Lost on the way there: nobody ever answers.
    if (way === "dark" || fate === 1) return promise;
    if (fate === 2) {
      const unavailable = answer(503, { error: { code: "unavailable", message: "failed on purpose" } });
      scheduler.after(network.latency() * 2, client, () => resolve(unavailable));
      return promise;
    }
    scheduler.after(network.latency(), pod, () => {
      if (!database.up || network.state(pod.name, "db") !== "up") {
        const unavailable = answer(503, { error: { code: "unavailable", message: "no database" } });
        scheduler.after(50, client, () => resolve(unavailable));
        return;
      }
      scheduler.after(network.latency(), databaseHost, () => {
        const result = read(url);
        // Read long before it is delivered, sometimes: what the client gets then is old news.
        const late = fate === 3 || random.chance(0.03) ? random.next() * 1500 : 0;
        scheduler.after(network.latency() + late, client, () => {
          if (network.state(client.name, pod.name) === "up") resolve(result);
          else if (network.state(client.name, pod.name) === "cut") reject(new TypeError("fetch failed"));
        });
      });
    });
    return promise;
  };
  return respond as unknown as typeof fetch;
}
