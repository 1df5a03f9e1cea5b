import { must } from "@heliograph/shared/must";
import type { Row } from "./company.ts";
import { demoAccounts, NORTHWIND_ID } from "./demo-users.ts";

/** Entity types of which Bob gets a grant for one private row, in addition to the project with its tasks. */
const SINGLE_GRANTS = ["opportunity", "contract", "document", "expense", "ticket"] as const;

/**
 * Creates grants for the demo user Bob: one private project with its milestones and five of its tasks, and one private row
 * of each type in SINGLE_GRANTS. Bob's account thus shows both cases: private rows with a grant, and private rows that must
 * stay invisible.
 */
export function grantRows(tables: ReadonlyMap<string, readonly Row[]>): Row[] {
  const bob = must(
    demoAccounts.find((account) => account.email.startsWith("bob@")),
    "demo user bob",
  );
  const isHidden = (row: Row) => row["is_private"] === true && row["organization_id"] === NORTHWIND_ID;
  const hidden = (table: string) => (tables.get(table) ?? []).filter(isHidden);
  const project = must(hidden("project")[0], "a private project");
  const inside = (table: string) => hidden(table).filter((row) => row["project_id"] === project["id"]);
  const singles = SINGLE_GRANTS.flatMap((table) =>
    hidden(table)
      .filter((row) => (row["project_id"] ?? project["id"]) === project["id"])
      .slice(0, 1)
      .map((row) => [table, row] as const),
  );
  const granted = [
    ["project", project] as const,
    // The milestones are needed too: users cannot save a row that refers to a row invisible to them.
    ...inside("milestone").map((milestone) => ["milestone", milestone] as const),
    ...inside("task")
      .slice(0, 5)
      .map((task) => ["task", task] as const),
    ...singles,
  ];
  return granted.map(([code, row]) => ({
    entity_code: code,
    entity_id: row["id"] ?? null,
    person_id: bob.personId,
    organization_id: NORTHWIND_ID,
  }));
}
