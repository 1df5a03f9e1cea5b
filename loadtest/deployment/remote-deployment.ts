import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { socketPath } from "@heliograph/protocol";
import type { LoadUser, Target, Tenant } from "../plan/plan.ts";
import type { DatasetSize } from "../plan/scenario.ts";
import type { Action } from "../plan/workload.ts";
import type { Deployment, ObservedService } from "./deployment.ts";
import { invalidTokensFrom } from "./invalid-tokens.ts";
import { readMetric } from "./metrics-page.ts";
import { waitForCleanup } from "./wait-for-cleanup.ts";

const entityCode = "task";
const pageSize = 200;
/** Interval at which they are read, milliseconds. */
const pollIntervalMs = 500;

/** What the command line says about a deployment. */
export interface RemoteOptions {
  readonly scenario: string;
  /** Base URLs of gateways or of the load balancer. */
  readonly targets: readonly string[];
  /** JSON file with users of the deployment. */
  readonly users: string | null;
  /** Metrics pages of the deployment's services. */
  readonly metrics: readonly string[];
  /** Program that performs a scenario's actions, with arguments. */
  readonly operator: string | null;
}

interface UserEntry {
  readonly email?: string;
  readonly password?: string;
  readonly token?: string;
}

function targetOf(url: string): Target {
  return { http: url, ws: `${url.replace(/^http/, "ws")}${socketPath}` };
}

/** A deployment elsewhere, known by its addresses and by users who can sign in. It uses rows that exist already. */
export class RemoteDeployment implements Deployment {
  readonly facts: Deployment["facts"];
  readonly users: Deployment["users"];
  readonly rows: Deployment["rows"];
  readonly #options: RemoteOptions;

  private constructor(parts: Pick<RemoteDeployment, "facts" | "users" | "rows"> & { options: RemoteOptions }) {
    this.facts = parts.facts;
    this.users = parts.users;
    this.rows = parts.rows;
    this.#options = parts.options;
  }

  /**
   * Signs all users in and looks up rows.
   * @throws Error with the remedy when the deployment does not fit the scenario
   */
  static async open(parts: {
    options: RemoteOptions;
    dataset: DatasetSize;
    actions: readonly Action[];
  }): Promise<RemoteDeployment> {
    const { options, dataset, actions } = parts;
    if (actions.length > 0 && options.operator === null)
      throw new Error(
        `${options.scenario} performs actions on the deployment: ${actions.map(({ name }) => name).join(", ")}. Remedy: pass --operator <program>, which is called with the name of the action.`,
      );
    const targets = options.targets.map(targetOf);
    const [first] = targets;
    if (!first) throw new Error("--target contains no address.");
    const tokensByOrganization = new Map<string, string[]>();
    for (const user of readUsers(options.users ?? "")) {
      const { token, organizationId } = await signIn(first, user);
      tokensByOrganization.set(organizationId, [...(tokensByOrganization.get(organizationId) ?? []), token]);
    }
    const groups = [...tokensByOrganization.values()].slice(0, dataset.tenants);
    const { tenants, rows } = await findRows(first, groups, Math.ceil(dataset.rows / dataset.tenants));
    const users = interleave(groups);
    const [valid] = users;
    return new RemoteDeployment({
      options,
      users,
      rows,
      facts: {
        targets,
        tenants,
        entityCode,
        column: "description",
        sharedClock: targets.every(({ http }) => ["127.0.0.1", "localhost"].includes(new URL(http).hostname)),
        invalidTokens: valid ? invalidTokensFrom(valid.token) : [],
      },
    });
  }

  services(): readonly ObservedService[] {
    return this.#options.metrics.map((url) => ({
      name: new URL(url).host,
      kind: "gateway",
      metricsUrl: new URL(url).pathname === "/" ? `${url}/metrics` : url,
    }));
  }

  lagMs(): Promise<null> {
    return Promise.resolve(null);
  }

  async perform(action: Action["name"], signal: AbortSignal): Promise<void> {
    const [program = "", ...args] = (this.#options.operator ?? "").split(" ");
    await promisify(execFile)(program, [...args, action], { signal });
  }

  /** Sockets that the gateways still report. Only meaningful when the run is the deployment's only user. */
  async countLeftovers(): Promise<number | null> {
    if (this.#options.metrics.length === 0) return null;
    const count = async (): Promise<number> => {
      const counts = await Promise.all(
        this.services().map(({ metricsUrl }) => readMetric(metricsUrl, "heliograph_gateway_connections")),
      );
      return counts.reduce<number>((sum, connections) => sum + (connections ?? 0), 0);
    };
    return waitForCleanup(count, pollIntervalMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The deployment existed before the run and stays.
  }
}

function readUsers(file: string): UserEntry[] {
  let users: unknown;
  try {
    users = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`--users ${file} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
  if (!Array.isArray(users) || users.length === 0)
    throw new Error(`--users ${file} must contain a JSON list of {"email","password"} or {"token"}.`);
  return users as UserEntry[];
}

async function signIn(target: Target, user: UserEntry): Promise<{ token: string; organizationId: string }> {
  let { token } = user;
  if (token === undefined) {
    const response = await fetch(`${target.http}/api/v1/auth/login`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email: user.email, password: user.password }),
    });
    if (!response.ok) throw new Error(`${user.email} cannot sign in at ${target.http}: status ${response.status}.`);
    token = ((await response.json()) as { token: string }).token;
  }
  const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as { org?: string };
  return { token, organizationId: claims.org ?? "" };
}

/** Users of the tenants in turn. Users of a tenant with fewer users appear several times. */
function interleave(groups: readonly (readonly string[])[]): LoadUser[] {
  const largest = Math.max(...groups.map((group) => group.length));
  return Array.from({ length: largest * groups.length }, (_, n) => {
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
      const response: Response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
      if (!response.ok) throw new Error(`GET ${url} failed with status ${response.status}.`);
      const page = (await response.json()) as { items: { id: string }[]; nextCursor: string | null };
      own.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    if (own.length === 0)
      throw new Error(`A user of --users sees no ${entityCode}. The run needs rows to hold and to change.`);
    tenants.push({ from: rows.length, to: rows.length + Math.min(own.length, perTenant) });
    rows.push(...own.slice(0, perTenant));
  }
  return { rows, tenants };
}
