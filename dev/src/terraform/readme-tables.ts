import { readFileSync } from "node:fs";
import path from "node:path";
import { type Declaration, declarations, moduleNames } from "./hcl.ts";

const BEGIN = "<!-- generated: inputs and outputs, by npm run generate -->";
const END = "<!-- end of generated -->";

function variableRows(variables: readonly Declaration[]): string[] {
  return variables.map(
    ({ name, type, required, description }) => `| \`${name}\` | ${type} | ${required ? "yes" : ""} | ${description} |`,
  );
}

function outputRows(outputs: readonly Declaration[]): string[] {
  return outputs.map(({ name, description }) => `| \`${name}\` | ${description} |`);
}

function tables(terraformFolder: string): string {
  const stack = [
    "### Inputs of the stack",
    "",
    "| name | type | required | meaning |",
    "|---|---|---|---|",
    ...variableRows(declarations(terraformFolder, "variable")),
    "",
    "### Outputs of the stack",
    "",
    "| name | meaning |",
    "|---|---|",
    ...outputRows(declarations(terraformFolder, "output")),
  ];
  const modules = moduleNames(terraformFolder).flatMap((name) => {
    const folder = path.join(terraformFolder, "modules", name);
    return [
      "",
      `### Module \`${name}\``,
      "",
      "| input | type | required | meaning |",
      "|---|---|---|---|",
      ...variableRows(declarations(folder, "variable")),
      "",
      "| output | meaning |",
      "|---|---|",
      ...outputRows(declarations(folder, "output")),
    ];
  });
  return [...stack, ...modules].join("\n");
}

/** The README of the configuration, with tables of the variables and outputs that the files declare. */
export function renderTerraformReadme(terraformFolder: string): string {
  const text = readFileSync(path.join(terraformFolder, "README.md"), "utf8");
  const [before, rest] = text.split(BEGIN, 2);
  const after = rest?.split(END, 2)[1];
  if (before === undefined || after === undefined)
    throw new Error(`infra/terraform/README.md lacks ${BEGIN} or ${END}`);
  return `${before}${BEGIN}\n\n${tables(terraformFolder)}\n\n${END}${after}`;
}
