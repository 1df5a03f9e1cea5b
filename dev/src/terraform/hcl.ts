import { globSync, readFileSync } from "node:fs";
import path from "node:path";

/** A variable or an output, as its block declares it. */
export interface Declaration {
  name: string;
  description: string;
  /** For a variable: its type without the fields of an object. */
  type: string;
  /** Whether the variable has no default. */
  required: boolean;
  /** Number of validation rules. */
  validations: number;
}

/** The top-level blocks of a kind: from the beginning of a line to the closing brace at the beginning of a line. */
function blocks(text: string, kind: "variable" | "output" | "run"): { name: string; body: string }[] {
  const found = text.matchAll(new RegExp(`^${kind} "([^"]+)" \\{\\n([\\s\\S]*?)^\\}`, "gm"));
  return [...found].map(([, name = "", body = ""]) => ({ name, body }));
}

function declarationOf({ name, body }: { name: string; body: string }): Declaration {
  return {
    name,
    description: /^ {2}description = "((?:[^"\\]|\\.)*)"/m.exec(body)?.[1]?.replaceAll('\\"', '"') ?? "",
    type: /^ {2}type\s*= ([a-z]+(?:\([a-z]+\))?)/m.exec(body)?.[1] ?? "",
    required: !/^ {2}default\s*=/m.test(body),
    validations: [...body.matchAll(/^ {2}validation \{/gm)].length,
  };
}

/** Variables or outputs of the module in `folder`, in the order of the file. */
export function declarations(folder: string, kind: "variable" | "output"): Declaration[] {
  return blocks(readFileSync(path.join(folder, `${kind}s.tf`), "utf8"), kind).map(declarationOf);
}

/** A variable whose value a test run expects to be refused. `module` is "" for the stack itself. */
export function expectedFailures(terraformFolder: string): { module: string; variables: string[] }[] {
  return globSync("tests/*.tftest.hcl", { cwd: terraformFolder }).flatMap((file) =>
    blocks(readFileSync(path.join(terraformFolder, file), "utf8"), "run").map(({ body }) => ({
      module: /source = "\.\/modules\/([a-z_]+)"/.exec(body)?.[1] ?? "",
      variables: [...(/expect_failures = \[([^\]]*)\]/.exec(body)?.[1] ?? "").matchAll(/var\.(\w+)/g)].map(
        ([, name = ""]) => name,
      ),
    })),
  );
}

/** Names of the modules. */
export function moduleNames(terraformFolder: string): string[] {
  return globSync("modules/*", { cwd: terraformFolder })
    .map((folder) => path.basename(folder))
    .sort();
}
