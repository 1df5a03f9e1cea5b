import { expect, test } from "vitest";
import { formatProblems, hasTerraform, testTerraform } from "./check-terraform.ts";

test("Terraform files have the canonical format", async ({ skip }) => {
  if (!(await hasTerraform())) skip("terraform is not on PATH");
  expect(await formatProblems(), "terraform fmt -recursive infra/terraform formats").toEqual([]);
});

test("every environment is valid, and Terraform's tests and the policies hold", async ({ skip }) => {
  const plugins = process.env["TF_PLUGIN_DIR"] ?? "";
  if (!(await hasTerraform())) skip("terraform is not on PATH");
  if (plugins === "") skip("TF_PLUGIN_DIR is not set: terraform providers mirror <folder> makes the folder to name");
  expect(await testTerraform(plugins)).toEqual([]);
}, 600_000);
