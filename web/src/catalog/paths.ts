import type { EntityCode } from "./catalog.ts";

const own: Readonly<Partial<Record<EntityCode, string>>> = { project: "/projects", task: "/tasks" };

export function listPath(entityCode: EntityCode): string {
  return own[entityCode] ?? `/records/${entityCode}`;
}

export function entityPath(entityCode: EntityCode, id: string): string {
  return `${listPath(entityCode)}/${id}`;
}

/** The form for a new row; `values` are filled in, as the project of a task that is added from the project's page. */
export function createPath(entityCode: EntityCode, values: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams(values).toString();
  return `${listPath(entityCode)}/new${query ? `?${query}` : ""}`;
}

/** What this device has not sent, and what needs a decision. */
export const changesPath = "/changes";
