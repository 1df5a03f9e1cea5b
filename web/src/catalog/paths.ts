import type { EntityCode } from "./catalog.ts";

const own: Readonly<Partial<Record<EntityCode, string>>> = { project: "/projects", task: "/tasks" };

export function listPath(entityCode: EntityCode): string {
  return own[entityCode] ?? `/records/${entityCode}`;
}

export function entityPath(entityCode: EntityCode, id: string): string {
  return `${listPath(entityCode)}/${encodeURIComponent(id)}`;
}

/** Path of the form for a new row, prefilled with `values`, such as the project of a task added on the project page. */
export function createPath(entityCode: EntityCode, values: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams(values).toString();
  return `${listPath(entityCode)}/new${query ? `?${query}` : ""}`;
}

/** Path of the page with unsent changes and changes that need a decision. */
export const changesPath = "/changes";
