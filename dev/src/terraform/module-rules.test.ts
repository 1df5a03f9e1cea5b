import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { terraformFolder } from "./check-terraform.ts";
import { declarations, expectedFailures, moduleNames } from "./hcl.ts";

const modules = moduleNames(terraformFolder);
const folderOf = (name: string) => (name === "" ? terraformFolder : path.join(terraformFolder, "modules", name));

test.each(["", ...modules])("module %j has four files, few variables, and a description of each", (name) => {
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

// A rule that no test breaks may be inverted by mistake.
test.each(["", ...modules])("a test breaks every validation rule of module %j", (name) => {
  const runs = expectedFailures(terraformFolder).filter(({ module }) => module === name);
  for (const { name: variable, validations } of declarations(folderOf(name), "variable")) {
    const breaks = runs.filter(({ variables }) => variables.includes(variable)).length;
    expect(breaks, variable).toBeGreaterThanOrEqual(validations);
  }
});

test("a variable without a validation rule is a switch, or is passed to a module that validates it", () => {
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

// The gateway's module depends on the watcher and the load balancer. A data source in it would be unknown until those are
// changed, and every plan that changes them would replace the fleet.
test("a module with depends_on has no data source", () => {
  const root = readFileSync(path.join(terraformFolder, "main.tf"), "utf8");
  const waiting = [...root.matchAll(/^module "\w+" \{\n {2}source = "\.\/modules\/(\w+)"([\s\S]*?)^\}/gm)]
    .filter(([, , body = ""]) => /^ {2}depends_on/m.test(body))
    .map(([, name = ""]) => name);
  expect(waiting).toEqual(["ecs_service"]);
  for (const name of waiting)
    expect(readFileSync(path.join(folderOf(name), "main.tf"), "utf8")).not.toMatch(/^data "/m);
});

test("a service that was rolled back does not count as deployed", () => {
  const service = readFileSync(path.join(folderOf("ecs_service"), "main.tf"), "utf8");
  expect(service).toMatch(
    /postcondition \{\s+condition\s+= self\.task_definition == aws_ecs_task_definition\.this\.arn/,
  );
});

test("a resource with create_before_destroy has no fixed name", () => {
  for (const name of modules) {
    const main = readFileSync(path.join(folderOf(name), "main.tf"), "utf8");
    for (const [, type = "", body = ""] of main.matchAll(/^resource "(\w+)" "\w+" \{\n([\s\S]*?)^\}/gm)) {
      if (!/create_before_destroy\s+= true/.test(body)) continue;
      // Has no name prefix. Only a new family replaces it, and the family is part of the name.
      if (type === "aws_elasticache_parameter_group") expect(body).toContain('split(".", var.engine_version)[0]');
      else expect(body, `${name}: ${type}`).not.toMatch(/^ {2}name\s+=/m);
    }
  }
});

test("every environment tags its resources and generates its own secrets", () => {
  for (const name of ["dev", "staging", "prod"]) {
    const main = readFileSync(path.join(terraformFolder, "environments", name, "main.tf"), "utf8");
    for (const tag of ["Project", "Environment", "Stack", "ManagedBy"]) expect(main).toMatch(new RegExp(`${tag}\\s+=`));
    expect(main).toContain(`environment = "${name}"`);
    expect(main).toContain('ephemeral "aws_secretsmanager_random_password"');
    expect(main).toMatch(/secrets_version\s+= var\.secrets_version/);
  }
});
