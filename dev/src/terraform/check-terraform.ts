import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { setPriority, tmpdir } from "node:os";
import path from "node:path";
import { repositoryRoot } from "@heliograph/testkit/repository";
import { figureProblems } from "./figures.ts";
import { policyProblems } from "./policies.ts";
import { reachProblems } from "./reach.ts";
import { readTestOutput } from "./test-run.ts";

/** The folder of the configuration. */
export const terraformFolder = path.join(repositoryRoot, "infra", "terraform");

const ENVIRONMENTS = ["dev", "staging", "prod"] as const;

interface Ended {
  code: number;
  output: string;
}

/** Runs terraform at low priority: it starts its provider many times, which would slow other work down. */
async function terraform(folder: string, args: readonly string[]): Promise<Ended> {
  const child = spawn("terraform", args, {
    cwd: folder,
    env: { ...process.env, CHECKPOINT_DISABLE: "1", TF_IN_AUTOMATION: "1", TF_CLI_ARGS: "" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => output.push(chunk));
  child.once("spawn", () => {
    if (child.pid !== undefined) setPriority(child.pid, 10);
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { code: code ?? 1, output: Buffer.concat(output).toString().trim() };
}

/** Whether `terraform` is on PATH and runs. */
export async function hasTerraform(): Promise<boolean> {
  try {
    return (await terraform(terraformFolder, ["version"])).code === 0;
  } catch {
    return false;
  }
}

/** Compares what the test runs planned and created with the policies. */
function policiesOf(output: string): string[] {
  const { runs, problems } = readTestOutput(output);
  const stacks = runs.filter(({ name }) => name === "production" || name === "small");
  const broken = stacks.flatMap(({ name, resources }) => {
    const protect = name === "production";
    return [
      ...policyProblems(resources, { protect }),
      ...reachProblems(resources, protect),
      ...(protect ? figureProblems(resources) : []),
    ].map((problem) => `${name}: ${problem}`);
  });
  return [...problems, ...(stacks.length === 2 ? [] : ["the runs production and small are missing"]), ...broken];
}

/** Copies an environment over the previous one. All use the same modules, so one initialization serves all. */
async function validateEnvironments(copy: string, init: readonly string[]): Promise<string[]> {
  const place = path.join(copy, "environments", "checked");
  const problems: string[] = [];
  for (const [index, name] of ENVIRONMENTS.entries()) {
    cpSync(path.join(copy, "environments", name), place, { recursive: true });
    const initialized = index === 0 ? await terraform(place, init) : { code: 0, output: "" };
    if (initialized.code !== 0) return [initialized.output];
    const { code, output } = await terraform(place, ["validate", "-no-color"]);
    if (code !== 0) problems.push(`environments/${name}: ${output}`);
  }
  return problems;
}

/** Validates every environment and runs the tests. Works on a copy, because initializing leaves files behind. */
export async function testTerraform(plugins: string): Promise<string[]> {
  const copy = mkdtempSync(path.join(tmpdir(), "heliograph-terraform-"));
  try {
    const foreign = /(^|\/)(\.terraform|terraform\.tfstate|terraform\.tfvars|backend\.tf$|\.terraform\.lock\.hcl)/;
    cpSync(terraformFolder, copy, {
      recursive: true,
      filter: (source) => !foreign.test(path.relative(terraformFolder, source)),
    });
    const init = ["init", "-backend=false", "-input=false", "-no-color", `-plugin-dir=${path.resolve(plugins)}`];
    const problems = await validateEnvironments(copy, init);
    const initialized = await terraform(copy, init);
    if (initialized.code !== 0) return [...problems, initialized.output];
    const tested = await terraform(copy, ["test", "-json", "-verbose"]);
    return [...problems, ...policiesOf(tested.output)];
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** The changes that `terraform fmt` would make, as a diff; empty when there are none. */
export async function formatProblems(): Promise<string[]> {
  const format = await terraform(terraformFolder, ["fmt", "-check", "-recursive", "-diff", "-no-color"]);
  return format.code === 0 ? [] : [format.output];
}
