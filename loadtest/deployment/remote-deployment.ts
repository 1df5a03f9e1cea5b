import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { socketPath } from "@heliograph/protocol";
import type { LoadUser, Target, Tenant } from "../plan/plan.ts";
import type { World } from "../plan/scenario.ts";
import type { Action } from "../plan/workload.ts";
import type { LoadOptions } from "../runner/options.ts";
import type { Observed, Site } from "./deployment.ts";
import { badTokensFrom } from "./invalid-tokens.ts";
import { readMetrics } from "./metrics-page.ts";

const entityCode = "task";
const pageSize = 200;
/** Gauges of open sockets are looked at for so long after everybody has left, milliseconds. */
const cleanupWithinMs = 20_000;

type Person = { readonly email?: string; readonly password?: string; readonly token?: string };

export function targetOf(url: string): Target {
  return { http: url, ws: `${url.replace(/^http/, "ws")}${socketPath}` };
}

/** A deployment somewhere else, known by its addresses and by people who may sign in. Rows are those that it has. */
export class RemoteSite implements Site {
  readonly facts: Site["facts"];
  readonly users: Site["users"];
  readonly rows: Site["rows"];
  readonly #options: LoadOptions;

  private constructor(parts: Pick<RemoteSite, "facts" | "users" | "rows"> & { options: LoadOptions }) {
    this.facts = parts.facts;
    this.users = parts.users;
    this.rows = parts.rows;
    this.#options = parts.options;
  }

  /** Signs everybody in and looks up rows. Fails with a sentence where the target does not fit the scenario. */
  static async open(parts: { options: LoadOptions; world: World; actions: readonly Action[] }): Promise<RemoteSite> {
    const { options, world, actions } = parts;
    if (actions.length > 0 && options.operator === null)
      throw new Error(
        `${options.scenario} does something to the product: ${actions.map(({ name }) => name).join(", ")}. Remedy: --operator <program>, which is called with that name.`,
      );
    const targets = options.targets.map(targetOf);
    const [first] = targets;
    if (!first) throw new Error("--target names no address.");
    const byOrganization = new Map<string, string[]>();
    for (const person of readPeople(options.users ?? "")) {
      const { token, organizationId } = await signIn(first, person);
      byOrganization.set(organizationId, [...(byOrganization.get(organizationId) ?? []), token]);
    }
    const groups = [...byOrganization.values()].slice(0, world.tenants);
    const { tenants, rows } = await findRows(first, groups, Math.ceil(world.rows / world.tenants));
    const users = inTurns(groups);
    const [good] = users;
    return new RemoteSite({
      options,
      users,
      rows,
      facts: {
        targets,
        tenants,
        entityCode,
        column: "description",
        sharedClock: targets.every(({ http }) => ["127.0.0.1", "localhost"].includes(new URL(http).hostname)),
        badTokens: good ? badTokensFrom(good.token) : [],
      },
    });
  }

  observed(): readonly Observed[] {
    return this.#options.metrics.map((url) => ({
      name: new URL(url).host,
      kind: "gateway",
      metricsUrl: new URL(url).pathname === "/" ? `${url}/metrics` : url,
    }));
  }

  lagMs(): Promise<null> {
    return Promise.resolve(null);
  }

  async act(action: Action["name"], signal: AbortSignal): Promise<void> {
    const [program = "", ...args] = (this.#options.operator ?? "").split(" ");
    await promisify(execFile)(program, [...args, action], { signal });
  }

  /** Sockets that the gateways still count; only where nobody else uses the target. */
  async leftovers(): Promise<number | null> {
    if (this.#options.metrics.length === 0) return null;
    const count = async (): Promise<number> => {
      const pages = await Promise.all(this.observed().map(({ metricsUrl }) => readMetrics(metricsUrl)));
      return pages.reduce((sum, page) => sum + (page?.get("heliograph_gateway_connections") ?? 0), 0);
    };
    const deadline = Date.now() + cleanupWithinMs;
    let left = await count();
    while (left > 0 && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      left = await count();
    }
    return left;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Nothing of it is ours.
  }
}

function readPeople(file: string): Person[] {
  let people: unknown;
  try {
    people = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`--users ${file} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
  if (!Array.isArray(people) || people.length === 0)
    throw new Error(`--users ${file}: a JSON list of {"email","password"} or {"token"} is expected.`);
  return people as Person[];
}

async function signIn(target: Target, person: Person): Promise<{ token: string; organizationId: string }> {
  let { token } = person;
  if (token === undefined) {
    const answer = await fetch(`${target.http}/api/v1/auth/login`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email: person.email, password: person.password }),
    });
    if (!answer.ok) throw new Error(`${person.email} cannot sign in at ${target.http}: ${answer.status}.`);
    token = ((await answer.json()) as { token: string }).token;
  }
  const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as { org?: string };
  return { token, organizationId: claims.org ?? "" };
}

/** Users of the tenants in turns; where one has fewer, they serve several times. */
function inTurns(groups: readonly (readonly string[])[]): LoadUser[] {
  const most = Math.max(...groups.map((group) => group.length));
  return Array.from({ length: most * groups.length }, (_, n) => {
    const tenant = n % groups.length;
    const group = groups[tenant] ?? [];
    return { tenant, token: group[Math.floor(n / groups.length) % group.length] ?? "" };
  });
}

async function findRows(target: Target, groups: readonly (readonly string[])[], perTenant: number) {
  const rows: string[] = [];
  const tenants: Tenant[] = [];
  for (const [token = ""] of groups) {
    const own: string[] = [];
    let cursor: string | null = "";
    while (own.length < perTenant && cursor !== null) {
      const url = `${target.http}/api/v1/${entityCode}?limit=${pageSize}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
      const answer: Response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
      if (!answer.ok) throw new Error(`${url} answered ${answer.status}.`);
      const page = (await answer.json()) as { items: { id: string }[]; nextCursor: string | null };
      own.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    if (own.length === 0) throw new Error(`A user of --users sees no ${entityCode} to hold and to change.`);
    tenants.push({ from: rows.length, to: rows.length + Math.min(own.length, perTenant) });
    rows.push(...own.slice(0, perTenant));
  }
  return { rows, tenants };
}
