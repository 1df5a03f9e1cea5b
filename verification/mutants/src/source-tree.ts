import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { repositoryRoot } from "@heliograph/testkit/repository";
import { applyPatch } from "./apply-patch.ts";
import type { Mutant, Patch } from "./mutant.ts";

/** Files and folders that tests and simulation need. */
const parts = [
  "packages",
  "services",
  "db",
  "dev",
  "testkit",
  "verification",
  "vitest.config.ts",
  "package.json",
  "tsconfig.base.json",
];
const scope = "@heliograph";
const testDatabase = "packages/server-kit/src/testing/test-database.ts";
const pool = "  const pool = Object.assign(new pg.Pool({ connectionString: urlOf(name), max: 10 }), { names });\n";
/** SQL file of the copy that is executed on every new test database. */
const definitions = "mutant.sql";
/** Definitions that generate other functions; after a patch those must be generated again. */
const generators = new Set([
  "db/core/functions/003_entity_key.sql",
  "db/core/triggers/001_entity_logging.sql",
  "db/core/functions/014_sync_policy.sql",
]);

/**
 * A copy of the sources, with links to the installed modules, in which mutants are applied, so the product needs no switches for
 * them. One mutant is applied at a time and reverted afterwards.
 */
export class SourceTree {
  readonly root: string;
  readonly #changed = new Map<string, string>();

  constructor() {
    this.root = mkdtempSync(path.join(tmpdir(), "heliograph-mutants-"));
    for (const part of parts)
      cpSync(path.join(repositoryRoot, part), path.join(this.root, part), {
        recursive: true,
        filter: (source) => !/\/(node_modules|dist|\.cache|artifacts)$/.test(source),
      });
    this.#linkModules();
  }

  /** Links workspaces to the copy and all other modules to the installed ones. */
  #linkModules(): void {
    const installed = path.join(repositoryRoot, "node_modules");
    const modules = path.join(this.root, "node_modules");
    mkdirSync(path.join(modules, scope), { recursive: true });
    for (const name of readdirSync(installed))
      if (name !== scope && name !== ".vite") symlinkSync(path.join(installed, name), path.join(modules, name));
    const workspaces = ["packages", "services", "verification"].flatMap((folder) =>
      readdirSync(path.join(this.root, folder)).map((name) => path.join(folder, name)),
    );
    for (const workspace of [...workspaces, "db", "dev", "testkit"])
      symlinkSync(path.join(this.root, workspace), path.join(modules, scope, path.basename(workspace)));
  }

  apply({ patches, database }: Mutant): void {
    for (const patch of patches) {
      // Templates are built from the definitions, so a patched definition leads to new templates.
      if (!patch.file.startsWith("db/") || database === "template") this.#patch(patch);
      else this.#redefine(patch);
    }
  }

  restore(): void {
    for (const [file, text] of this.#changed) writeFileSync(path.join(this.root, file), text);
    this.#changed.clear();
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  #read(file: string): string {
    return readFileSync(path.join(this.root, file), "utf8");
  }

  #write(file: string, text: string): void {
    if (!this.#changed.has(file)) this.#changed.set(file, this.#read(file));
    writeFileSync(path.join(this.root, file), text);
  }

  #patch(patch: Patch): void {
    this.#write(patch.file, applyPatch(this.#read(patch.file), patch));
  }

  /** Executes the patched definition on each test database. The cached templates stay unchanged. */
  #redefine(patch: Patch): void {
    const again = generators.has(patch.file) ? this.#read("db/suite/sync.sql") : "";
    const sql = `${applyPatch(this.#read(patch.file), patch)}\n${again}`;
    // The names that the templates are installed with.
    const resolved = sql.replaceAll("@extschema@", "app").replaceAll("@roleprefix@", "heliograph");
    writeFileSync(path.join(this.root, definitions), resolved);
    const file = JSON.stringify(path.join(this.root, definitions));
    this.#write(
      testDatabase,
      applyPatch(this.#read(testDatabase), {
        file: testDatabase,
        find: pool,
        replace: `${pool}  // The core alone has another schema.\n  if (template !== "core") await pool.query((await import("node:fs")).readFileSync(${file}, "utf8"));\n`,
      }),
    );
  }
}
