import type { Person } from "../database/rows.ts";

const id = (kind: number, number: number): string =>
  `${kind.toString(16).padStart(8, "0")}-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;

/** Two organizations; members of the first must never be notified of rows of the second. */
export const organizations = [id(1, 1), id(1, 2)] as const;
export const projects = [id(2, 1), id(2, 2), id(2, 3)] as const;
const tasks = [id(3, 1), id(3, 2), id(3, 3), id(3, 4), id(3, 5)] as const;

export const people: readonly Person[] = [
  { personId: id(4, 1), organizationId: organizations[0] },
  { personId: id(4, 2), organizationId: organizations[0] },
  { personId: id(4, 3), organizationId: organizations[0] },
  { personId: id(4, 4), organizationId: organizations[1] },
];

/** The third project belongs to the second organization. */
export const organizationOfProject = (project: number): string => organizations[project === 2 ? 1 : 0];

/** Every row that can exist, by index: projects first, then tasks. */
export const entities: readonly { readonly entityCode: "project" | "task"; readonly id: string }[] = [
  ...projects.map((projectId) => ({ entityCode: "project" as const, id: projectId })),
  ...tasks.map((taskId) => ({ entityCode: "task" as const, id: taskId })),
];
