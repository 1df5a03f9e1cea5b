import { parseArgs } from "node:util";
import { type ProfileName, profileNames } from "./profile.ts";

/** What to run. */
export interface LoadOptions {
  readonly scenario: string;
  readonly profile: ProfileName;
  readonly engine: "k6" | "node";
  /** Addresses of gateways or of a load balancer; empty: a cluster is started here. */
  readonly targets: readonly string[];
  /** JSON file with the people of a target. */
  readonly users: string | null;
  /** Pages of metrics of a target's services. */
  readonly metrics: readonly string[];
  /** Program that does to a target what a scenario asks for. */
  readonly operator: string | null;
  readonly changes: Readonly<Record<string, number>>;
  /** Folder that the results go into. */
  readonly out: string | null;
}

export function usageOf(names: readonly string[]): string {
  return `usage: npm run loadtest -- <scenario> [options]
Scenarios: ${names.join(", ")}
  --profile <name>    ${profileNames.join(", ")} (default local)
  --engine <name>     k6 (default) or node
  --target <urls>     addresses to test, separated by commas; without it a cluster is started on this machine
  --users <file>      people of a target: JSON [{"email","password"}] or [{"token"}]
  --metrics <urls>    metrics pages of a target's services, for their load and memory
  --operator <prog>   run with the name of what a scenario does to the product: roll-gateways, kill-leader
  --set <name=number> changes a number of the profile; may be given again
  --out <folder>      where the results go (default loadtest/results/<time>-<scenario>)
Exit codes: 0 all budgets kept, 99 one was not, 98 the run is invalid, 69 no k6, 2 wrong usage, 1 anything else.`;
}

function addresses(option: string, text: string | undefined): string[] {
  return (text ?? "")
    .split(",")
    .map((url) => url.trim().replace(/\/+$/, ""))
    .filter((url) => url !== "")
    .map((url) => {
      if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
      throw new Error(`--${option}: "${url}" is no address. Write it like http://127.0.0.1:4000.`);
    });
}

function numbers(pairs: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = "", text = ""] = pair.split("=", 2);
      const value = Number(text);
      if (name === "" || text === "" || !Number.isFinite(value) || value < 0)
        throw new Error(`--set ${pair}: write it like --set sockets=100, with a number that is not negative.`);
      return [name, value];
    }),
  );
}

function oneOf<const T extends string>(option: string, text: string, known: readonly T[]): T {
  const found = known.find((name) => name === text);
  if (found === undefined) throw new Error(`--${option} ${text}: there is ${known.join(", ")}.`);
  return found;
}

/** Reads the command line; null when help was asked for. Throws a sentence with a remedy otherwise. */
export function loadOptions(args: readonly string[], names: readonly string[]): LoadOptions | null {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      profile: { type: "string", default: "local" },
      engine: { type: "string", default: "k6" },
      target: { type: "string" },
      users: { type: "string" },
      metrics: { type: "string" },
      operator: { type: "string" },
      set: { type: "string", multiple: true, default: [] },
      out: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return null;
  const [scenario, ...more] = positionals;
  if (scenario === undefined)
    throw new Error("Say which scenario, for example: npm run loadtest -- smoke --engine node");
  if (more.length > 0) throw new Error(`One scenario at a time, not ${positionals.join(" ")}.`);
  if (!names.includes(scenario)) throw new Error(`There is no scenario ${scenario}.`);
  const profile = oneOf("profile", values.profile, profileNames);
  const targets = addresses("target", values.target);
  if (targets.length === 0 && profile !== "local")
    throw new Error(
      `--profile ${profile} needs --target: what is started on this machine is measured with --profile local.`,
    );
  if (targets.length > 0 && values.users === undefined)
    throw new Error(
      `--target needs --users <file>: JSON like [{"email": "alice@northwind.example", "password": "…"}].`,
    );
  return {
    scenario,
    profile,
    engine: oneOf("engine", values.engine, ["k6", "node"]),
    targets,
    users: values.users ?? null,
    metrics: addresses("metrics", values.metrics),
    operator: values.operator ?? null,
    changes: numbers(values.set),
    out: values.out ?? null,
  };
}
