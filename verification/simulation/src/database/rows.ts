import { containerName, tenantContainer } from "@heliograph/shared/container";
import { epochMs } from "../engine/epoch.ts";

/** Entity types of the simulated application: a task belongs to a project, both belong to an organization. */
type EntityCode = "organization" | "project" | "task";

export type Row = {
  readonly entityCode: EntityCode;
  readonly id: string;
  readonly org: string;
  readonly project: string | null;
  readonly isPrivate: boolean;
  /** The content: a number that every write changes. */
  readonly mark: number;
  readonly version: number;
};

export type Person = { readonly personId: string; readonly organizationId: string };

export const rowKey = (entityCode: string, id: string): string => `${entityCode}:${id}`;

/** The containers of a row, as the registry declares them. */
export function containersOf({ entityCode, org, project }: Row): string[] {
  return entityCode === "task" && project !== null
    ? [containerName("project", project), tenantContainer(org)]
    : [tenantContainer(org)];
}

/** Microseconds since 1970 on the database's clock. */
export const microseconds = (nowMs: number): number => Math.floor((epochMs + nowMs) * 1000);
