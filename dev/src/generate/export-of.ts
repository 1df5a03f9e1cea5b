import path from "node:path";
import { repositoryRoot } from "@heliograph/testkit/repository";

/**
 * Loads an export of a service's file. Documents are generated from declarations in the services, which this workspace does
 * not depend on, so the file is loaded by its path and not as a package.
 * @throws Error when the file has no such export
 */
export async function exportOf<T>(file: string, name: string): Promise<T> {
  const module = (await import(path.join(repositoryRoot, file))) as Record<string, T>;
  const value = module[name];
  if (value === undefined) throw new Error(`${file} exports no ${name}, from which a document is generated.`);
  return value;
}
