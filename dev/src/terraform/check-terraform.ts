import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, globSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { setPriority, tmpdir } from "node:os";
import path from "node:path";
import { repositoryRoot } from "@heliograph/testkit/repository";
import { figureProblems } from "./figures.ts";
import { policyProblems } from "./policies.ts";
import { reachProblems } from "./reach.ts";
import { readTestOutput } from "./test-run.ts";

/** Where the configuration lies. */
export const terraformFolder = path.join(repositoryRoot, "infra", "terraform");

const ENVIRONMENTS = ["dev", "staging", "prod"] as const;

interface Ended {
  code: number;
  output: string;
}

/** Runs terraform, politely: its provider is started many times and would take the machine from whoever works on it. */
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

/** What `terraform version` says, or null where there is no terraform. */
async function versionOf(): Promise<string | null> {
  try {
    const { code, output } = await terraform(terraformFolder, ["version"]);
    return code === 0 ? output : null;
  } catch {
    return null;
  }
}

/**
 * What a kept result depends on beside the files here: terraform, and the providers in `plugins` by name and size. The folder's
 * own path says nothing, as another provider may be put into the same one.
 */
export function programsOf(version: string, plugins: string): string {
  const providers = globSync("**/*", { cwd: plugins })
    .map((file) => ({ file, stat: statSync(path.join(plugins, file)) }))
    .filter(({ stat }) => stat.isFile())
    .map(({ file, stat }) => `${file.split(path.sep).join("/")} ${stat.size}`)
    .sort();
  return [version.split("\n", 1).join(), ...providers].join("; ");
}

/** What the runs of the tests planned and made, held against the policies. */
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

/** Copies an environment over the one before: they make the same modules, so what was initialized for one serves all. */
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

/** Validates every environment and runs the tests. Works on a copy: initializing leaves files behind. */
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

/**
 * What `npm run check` asks: format, environments, tests, policies. What cannot be done here is told as skipped: everything
 * without terraform, all but the format without the folder of providers that TF_PLUGIN_DIR names.
 * @param test runs `testTerraform`, or answers from a cache, in which it looks for a result with these programs
 */
export async function checkTerraform(
  test: (programs: string) => Promise<string[]>,
): Promise<{ problems: string[]; skipped?: string }> {
  const version = await versionOf();
  if (version === null) return { problems: [], skipped: "terraform is not on PATH" };
  const format = await terraform(terraformFolder, ["fmt", "-check", "-recursive", "-diff", "-no-color"]);
  const problems = format.code === 0 ? [] : [format.output];
  const plugins = process.env["TF_PLUGIN_DIR"] ?? "";
  if (plugins === "" || !existsSync(plugins)) {
    const reason = plugins === "" ? "TF_PLUGIN_DIR is not set" : `TF_PLUGIN_DIR names no folder (${plugins})`;
    return { problems, skipped: `only the format was checked: ${reason}` };
  }
  return { problems: [...problems, ...(await test(programsOf(version, plugins)))] };
}
