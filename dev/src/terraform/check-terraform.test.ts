import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { repositoryRoot } from "@heliograph/testkit/repository";
import { expect, onTestFinished, test } from "vitest";
import { programsOf } from "./check-terraform.ts";

/** A folder of providers with one that is `size` bytes large. */
function pluginsWith(version: string, size: number): string {
  const folder = mkdtempSync(path.join(tmpdir(), "hg-plugins-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(path.join(folder, version));
  writeFileSync(path.join(folder, version, "provider"), "x".repeat(size));
  return folder;
}

test("a kept result counts for the same terraform and the same provider, wherever they lie", () => {
  const kept = programsOf("Terraform v1.11.4\non linux", pluginsWith("5.100.0", 9));
  expect(programsOf("Terraform v1.11.4\nand more", pluginsWith("5.100.0", 9))).toBe(kept);
  expect(kept).toBe("Terraform v1.11.4; 5.100.0/provider 9");
  expect(programsOf("Terraform v1.12.0", pluginsWith("5.100.0", 9))).not.toBe(kept);
  expect(programsOf("Terraform v1.11.4", pluginsWith("5.101.0", 9))).not.toBe(kept);
  expect(programsOf("Terraform v1.11.4", pluginsWith("5.100.0", 8))).not.toBe(kept);
});

test("turbo looks for a kept result by these programs", () => {
  const { tasks } = JSON.parse(readFileSync(path.join(repositoryRoot, "turbo.json"), "utf8")) as {
    tasks: Record<string, { env?: string[] }>;
  };
  expect(tasks["//#terraform"]?.env).toEqual(["TERRAFORM_PROGRAMS"]);
});
