import path from "node:path";
import { repositoryRoot } from "@heliograph/testkit/repository";

/**
 * Something that a file of a service exports. Documents are made from what lies in the services, which tools does not
 * depend on: it is loaded as a file, not as a package. Throws when there is none of that name.
 */
export async function exportOf<T>(file: string, name: string): Promise<T> {
  const module = (await import(path.join(repositoryRoot, file))) as Record<string, T>;
  const value = module[name];
  if (value === undefined) throw new Error(`${file} exports no ${name}, which a generated document is made from.`);
  return value;
}
