import { parseArgs } from "node:util";
import type { RemoteOptions } from "../deployment/remote-deployment.ts";
import { type ProfileName, profileNames } from "./profile.ts";

/** A parsed command line. Without targets the run starts a cluster on this machine. */
export interface RunOptions extends RemoteOptions {
  readonly profile: ProfileName;
  readonly engine: "k6" | "node";
  /** Settings that replace those of the profile. */
  readonly overrides: Readonly<Record<string, number>>;
  /** Folder for the results; null: a new one under loadtest/results. */
  readonly out: string | null;
}

export function usageText(names: readonly string[]): string {
  return `usage: npm run loadtest -- <scenario> [options]
Scenarios: ${names.join(", ")}
  --profile <name>    ${profileNames.join(", ")} (default local)
  --engine <name>     k6 (default) or node
  --target <urls>     addresses to test, separated by commas; without it a cluster is started on this machine
  --users <file>      users of the target: JSON [{"email","password"}] or [{"token"}]
  --metrics <urls>    metrics pages of the target's services, for their CPU load and memory
  --operator <prog>   program that performs a scenario's actions; called with roll-gateways or kill-leader
  --set <name=number> overrides a setting of the profile; may be repeated
  --out <folder>      folder for the results (default loadtest/results/<time>-<scenario>)
Exit codes: 0 all budgets met, 99 a budget missed, 98 invalid run, 69 no k6, 2 wrong usage, 1 any other failure.`;
}

function addresses(option: string, text: string | undefined): string[] {
  return (text ?? "")
    .split(",")
    .map((url) => url.trim().replace(/\/+$/, ""))
    .filter((url) => url !== "")
    .map((url) => {
      if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
      throw new Error(`--${option}: "${url}" is not an address. Write it like http://127.0.0.1:4000.`);
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
  if (found === undefined) throw new Error(`--${option} ${text} is not known. Use one of: ${known.join(", ")}.`);
  return found;
}

/**
 * Parses the command line. Returns null when the user asked for help.
 * @throws Error with the remedy when the usage is wrong
 */
export function parseOptions(args: readonly string[], names: readonly string[]): RunOptions | null {
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
  if (scenario === undefined) throw new Error("Name a scenario, for example: npm run loadtest -- smoke --engine node");
  if (more.length > 0) throw new Error(`Name one scenario at a time, not ${positionals.join(" ")}.`);
  if (!names.includes(scenario)) throw new Error(`There is no scenario ${scenario}.`);
  const profile = oneOf("profile", values.profile, profileNames);
  const targets = addresses("target", values.target);
  if (targets.length === 0 && profile !== "local")
    throw new Error(`--profile ${profile} needs --target. To test a cluster on this machine, use --profile local.`);
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
    overrides: numbers(values.set),
    out: values.out ?? null,
  };
}
