import { epochMs } from "../engine/epoch.ts";

/** Entity types of the simulated application: tasks lie in projects, both in an organization. */
type Code = "organization" | "project" | "task";

export type Row = {
  readonly code: Code;
  readonly id: string;
  readonly org: string;
  readonly project: string | null;
  readonly isPrivate: boolean;
  /** The content: a number that every write changes. */
  readonly mark: number;
  readonly version: number;
};

export type Person = { readonly personId: string; readonly organizationId: string };

export const rowKey = (code: string, id: string): string => `${code}:${id}`;

/** Ids of containers that the row lies in, as the registry declares them. */
export function containersOf({ code, id, org, project }: Row): string[] {
  if (code === "organization") return [id];
  return code === "task" && project !== null ? [project, org] : [org];
}

/** Microseconds since 1970 on the database's clock. */
export const microseconds = (nowMs: number): number => Math.floor((epochMs + nowMs) * 1000);
