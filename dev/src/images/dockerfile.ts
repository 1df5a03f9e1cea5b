/** One instruction, for example {word: "COPY", args: ["a", "b/"], flags: {from: "build"}}. */
export interface Instruction {
  word: string;
  /** Words, or the elements of an exec form. */
  args: readonly string[];
  flags: Readonly<Record<string, string>>;
}

/** What lies between two FROM. */
export interface Stage {
  name: string | null;
  base: string;
  instructions: readonly Instruction[];
}

/** An exec form, or words; what stands in quotes is one word, as in NAME="a b". */
function argumentsOf(text: string): string[] {
  if (text.startsWith("[")) return JSON.parse(text) as string[];
  return (text.match(/(?:"[^"]*"|[^\s"])+/g) ?? []).map((word) => word.replaceAll('"', ""));
}

function instructionOf(line: string): Instruction {
  const [, word = "", rest = ""] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
  if (word === "") throw new Error(`cannot read "${line}"`);
  const flags: Record<string, string> = {};
  let text = rest;
  for (
    let flag = /^--([a-z-]+)=(\S+)\s+/.exec(text);
    flag && word !== "RUN";
    flag = /^--([a-z-]+)=(\S+)\s+/.exec(text)
  ) {
    flags[flag[1] ?? ""] = flag[2] ?? "";
    text = text.slice(flag[0].length);
  }
  // HEALTHCHECK CMD ["…"]: the exec form is what counts.
  if (word === "HEALTHCHECK") text = text.replace(/^CMD\s+/, "");
  return { word, args: argumentsOf(text), flags };
}

/** Reads a Dockerfile of the plain kind: an instruction on each line, no here-documents. */
export function parseDockerfile(text: string): Stage[] {
  const stages: { name: string | null; base: string; instructions: Instruction[] }[] = [];
  for (const line of text.split("\n").map((raw) => raw.trim())) {
    if (line === "" || line.startsWith("#")) continue;
    const instruction = instructionOf(line);
    if (instruction.word === "FROM") {
      const [base = "", , name] = instruction.args;
      stages.push({ name: name ?? null, base, instructions: [] });
    } else stages.at(-1)?.instructions.push(instruction);
  }
  return stages;
}

/** The arguments of the last instruction of a kind; they replace those before. */
export function lastOf(stage: Stage, word: string): readonly string[] | undefined {
  return stage.instructions.findLast((instruction) => instruction.word === word)?.args;
}
