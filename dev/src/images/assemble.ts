import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { repositoryRoot } from "@heliograph/testkit/repository";
import { readDockerIgnore } from "./docker-ignore.ts";
import { type Instruction, lastOf, parseDockerfile, type Stage } from "./dockerfile.ts";

/** The content of an image, in a plain folder that stands for its root. */
export interface Assembled extends AsyncDisposable {
  /** The working directory of its program; the root when the image names none. */
  readonly workFolder: string;
  /** The program and its arguments, without those of a caller. */
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  /** The program of the health check. */
  readonly healthCheck: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** The account that the program runs as; undefined means root. */
  readonly user: string | undefined;
}

/** A stage of the build. */
interface Built {
  root: string;
  workFolder: string;
  environment: Record<string, string>;
}

/** Instructions that describe how the image is used, and add no files. */
const SAID_ONLY = ["ARG", "USER", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD", "LABEL"];

/** Translates a path of the image into a path of the folder that stands for it. */
function within(built: Built, place: string): string {
  return path.join(built.root, path.posix.resolve("/", built.workFolder, place));
}

/**
 * Copies as a builder does: the content of a folder, or a file by its name into a target that ends with a slash.
 * @param ignored receives the path relative to the source folder
 */
function copy(built: Built, from: string, { args }: Instruction, ignored: (file: string) => boolean): void {
  const destination = args.at(-1) ?? "";
  for (const source of args.slice(0, -1)) {
    const origin = path.join(from, source);
    if (!existsSync(origin) || ignored(source.replace(/\/$/, ""))) throw new Error(`COPY ${source}: no such file`);
    const target = within(built, destination);
    const isFolder = statSync(origin).isDirectory();
    const place =
      !isFolder && (destination.endsWith("/") || destination === ".")
        ? path.join(target, path.basename(origin))
        : target;
    mkdirSync(path.dirname(place), { recursive: true });
    cpSync(origin, place, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (file) => {
        const below = path.relative(from, file);
        return below === "" || !ignored(below);
      },
    });
  }
}

/** Like `copy`, for a stage that is not needed any more: renames thousands of small files instead of writing them again. */
function move(built: Built, other: Built, { args: [source = "", destination = ""] }: Instruction): void {
  const [from, target] = [path.join(other.root, source), within(built, destination)];
  mkdirSync(target, { recursive: true });
  for (const name of readdirSync(from)) renameSync(path.join(from, name), path.join(target, name));
}

/**
 * The environment of npm: this machine's cache and registry settings, without variables that a builder would not have.
 * NODE_ENV would change what is built.
 */
function builderEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(NODE_ENV|NODE_OPTIONS|VITE.*)$/.test(name));
  return Object.fromEntries(kept);
}

async function run(built: Built, { args }: Instruction): Promise<void> {
  const [program = "", ...rest] = args;
  if (program !== "npm") throw new Error(`RUN ${program}: only npm runs without a container engine`);
  const child = spawn(program, [...rest, "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: within(built, "."),
    env: { ...builderEnvironment(), ...built.environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => output.push(chunk));
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0)
    throw new Error(`RUN ${args.join(" ")} failed with exit code ${code}:\n${Buffer.concat(output).toString()}`);
}

/** Counts the copies from each stage. */
function uses(stages: readonly Stage[], name: string): number {
  return stages.flatMap(({ instructions }) => instructions).filter(({ flags }) => flags["from"] === name).length;
}

async function build(
  stage: Stage,
  root: string,
  stages: readonly Stage[],
  before: ReadonlyMap<string, Built>,
): Promise<Built> {
  const ignored = readDockerIgnore(readFileSync(path.join(repositoryRoot, ".dockerignore"), "utf8"));
  const built: Built = { root, workFolder: "/", environment: {} };
  for (const instruction of stage.instructions) {
    const { word, args, flags } = instruction;
    if (SAID_ONLY.includes(word)) continue;
    if (word === "WORKDIR") {
      built.workFolder = path.posix.resolve("/", built.workFolder, args[0] ?? "");
      mkdirSync(within(built, "."), { recursive: true });
    } else if (word === "ENV") {
      for (const pair of args) built.environment[pair.slice(0, pair.indexOf("="))] = pair.slice(pair.indexOf("=") + 1);
    } else if (word === "COPY" && flags["from"] !== undefined) {
      const other = before.get(flags["from"]);
      if (other === undefined) throw new Error(`COPY --from=${flags["from"]}: no earlier stage has this name`);
      if (uses(stages, flags["from"]) === 1 && args[0]?.endsWith("/")) move(built, other, instruction);
      else copy(built, other.root, instruction, () => false);
    } else if (word === "COPY") copy(built, repositoryRoot, instruction, ignored);
    else if (word === "RUN") await run(built, instruction);
    else throw new Error(`the instruction ${word} is not supported here`);
  }
  return built;
}

/**
 * Executes a Dockerfile in plain folders, with this machine's Node. The content of an image can thereby be started and tested
 * without a container engine.
 * @param dockerfile path relative to the repository
 */
export async function assemble(dockerfile: string): Promise<Assembled> {
  const stages = parseDockerfile(readFileSync(path.join(repositoryRoot, dockerfile), "utf8"));
  const folder = mkdtempSync(path.join(tmpdir(), "heliograph-image-"));
  const dispose = async () => rmSync(folder, { recursive: true, force: true });
  try {
    const done = new Map<string, Built>();
    for (const [index, stage] of stages.entries()) {
      const name = stage.name ?? String(index);
      done.set(name, await build(stage, path.join(folder, name), stages, done));
    }
    const last = stages.at(-1);
    const built = last && done.get(last.name ?? String(stages.length - 1));
    if (!built || !last) throw new Error(`${dockerfile} has no stage`);
    return {
      workFolder: within(built, "."),
      entrypoint: lastOf(last, "ENTRYPOINT") ?? [],
      command: lastOf(last, "CMD") ?? [],
      healthCheck: lastOf(last, "HEALTHCHECK") ?? [],
      environment: built.environment,
      user: lastOf(last, "USER")?.[0],
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}
