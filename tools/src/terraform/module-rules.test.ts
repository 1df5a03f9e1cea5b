import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { terraformFolder } from "./check-terraform.ts";
import { declarations, expectedFailures, moduleNames } from "./hcl.ts";

const modules = moduleNames(terraformFolder);
const folderOf = (name: string) => (name === "" ? terraformFolder : path.join(terraformFolder, "modules", name));

test.each(["", ...modules])("module %j has four files, few variables, and says what each is", (name) => {
  for (const file of ["main.tf", "variables.tf", "outputs.tf", "versions.tf"])
    expect(existsSync(path.join(folderOf(name), file)), file).toBe(true);
  const variables = declarations(folderOf(name), "variable");
  expect(variables.length).toBeGreaterThan(0);
  expect(variables.length).toBeLessThanOrEqual(name === "" ? 19 : 15);
  for (const { name: variable, description, type } of variables) {
    expect(description, variable).toMatch(/^.{5,}[.]$/);
    expect(type, variable).not.toBe("");
  }
  for (const { name: output, description } of declarations(folderOf(name), "output"))
    expect(description, output).toMatch(/^.{5,}[.]$/);
});

// A rule that no test breaks may have been written the wrong way round.
test.each(["", ...modules])("every rule for a variable of module %j is broken by a test", (name) => {
  const runs = expectedFailures(terraformFolder).filter(({ module }) => module === name);
  for (const { name: variable, validations } of declarations(folderOf(name), "variable")) {
    const breaks = runs.filter(({ variables }) => variables.includes(variable)).length;
    expect(breaks, variable).toBeGreaterThanOrEqual(validations);
  }
});

test("a variable without a rule is a switch, or handed on to a module that has one", () => {
  const free = ["", ...modules].flatMap((name) =>
    declarations(folderOf(name), "variable")
      .filter(({ validations, type }) => validations === 0 && type !== "bool")
      .map(({ name: variable }) => [name, variable].filter(Boolean).join(".")),
  );
  expect(free).toEqual([
    "web",
    "secrets_version",
    "ecs_service.command",
    "ecs_service.health",
    "observability.load_balancer",
    "observability.services",
  ]);
});

test("every environment tags what it makes and generates its secrets anew", () => {
  for (const name of ["dev", "staging", "prod"]) {
    const main = readFileSync(path.join(terraformFolder, "environments", name, "main.tf"), "utf8");
    for (const tag of ["Project", "Environment", "Stack", "ManagedBy"]) expect(main).toMatch(new RegExp(`${tag}\\s+=`));
    expect(main).toContain(`environment = "${name}"`);
    expect(main).toContain('ephemeral "aws_secretsmanager_random_password"');
  }
});
