/** One instruction, for example {word: "COPY", args: ["a", "b/"], flags: {from: "build"}}. */
export interface Instruction {
  word: string;
  /** The words, or the elements of an exec form. */
  args: readonly string[];
  flags: Readonly<Record<string, string>>;
}

/** The instructions from one FROM to the next. */
export interface Stage {
  name: string | null;
  base: string;
  instructions: readonly Instruction[];
}

/** Splits an exec form, or words. Quoted text is one word, as in NAME="a b". */
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
  // HEALTHCHECK CMD ["…"]: use the exec form.
  if (word === "HEALTHCHECK") text = text.replace(/^CMD\s+/, "");
  return { word, args: argumentsOf(text), flags };
}

/** Parses a plain Dockerfile: one instruction a line, no here-documents. */
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

/** The arguments of the last instruction of a kind, which replaces earlier ones. */
export function lastOf(stage: Stage, word: string): readonly string[] | undefined {
  return stage.instructions.findLast((instruction) => instruction.word === word)?.args;
}
