/** The name as it is used in IndexedDB; without double hyphens, which separate names there. */
export function databaseName(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, "-")
    .replaceAll(/-{2,}/g, "-");
}
