import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { renderProtocolDocument, renderProtocolSchema } from "@heliograph/protocol";
import { repositoryRoot } from "@heliograph/testkit/repository";
import { renderTerraformReadme } from "../terraform/readme-tables.ts";
import { readCatalog } from "./catalog.ts";
import { renderConfigurationDocument } from "./configuration-document.ts";
import { renderEntityTypes } from "./entity-types.ts";
import { exportOf } from "./export-of.ts";

/** A generated file of the repository. */
export interface GeneratedFile {
  /** Relative to the repository. */
  path: string;
  content: string;
}

/** Every generated file except the schema dumps, which @heliograph/db writes and compares itself. */
export async function generatedFiles(migratedDatabaseUrl: string): Promise<GeneratedFile[]> {
  const renderErrors = await exportOf<() => string>(
    "services/gateway/src/rest/errors/rest-error-document.ts",
    "renderRestErrorDocument",
  );
  return [
    { path: "web/src/db/entities.generated.ts", content: renderEntityTypes(await readCatalog(migratedDatabaseUrl)) },
    { path: "docs/configuration.md", content: await renderConfigurationDocument() },
    { path: "docs/protocol.md", content: renderProtocolDocument() },
    { path: "docs/protocol.schema.json", content: renderProtocolSchema() },
    { path: "docs/rest-errors.md", content: renderErrors() },
    {
      path: "infra/terraform/README.md",
      content: renderTerraformReadme(path.join(repositoryRoot, "infra", "terraform")),
    },
  ];
}

function present({ path: file }: GeneratedFile): string | null {
  try {
    return readFileSync(path.join(repositoryRoot, file), "utf8");
  } catch {
    return null;
  }
}

/** Paths of the files that are missing or stale. */
export function staleFiles(files: readonly GeneratedFile[]): string[] {
  return files.filter((file) => present(file) !== file.content).map((file) => file.path);
}

/** Writes the stale files and returns their paths. The others keep their modification time, so that no build runs again. */
export function writeGenerated(files: readonly GeneratedFile[]): string[] {
  const stale = staleFiles(files);
  for (const file of files) {
    if (!stale.includes(file.path)) continue;
    const place = path.join(repositoryRoot, file.path);
    mkdirSync(path.dirname(place), { recursive: true });
    writeFileSync(place, file.content);
  }
  return stale;
}
