import { expect, test } from "vitest";
import { entityCodes, entityInfo } from "./catalog.ts";
import { relationsOf } from "./relations.ts";

test.each(entityCodes)(
  "every column that references %s yields a relation, and at most five are shown with its page",
  (entityCode) => {
    const referencing = entityCodes.flatMap((child) =>
      entityInfo(child)
        .columns.filter(({ name, references }) => references === entityCode && name !== "organization_id")
        .map(({ name }) => `${child}.${name}`),
    );
    const { first, rest } = relationsOf(entityCode);
    expect([...first, ...rest].map((relation) => `${relation.entityCode}.${relation.column.name}`).toSorted()).toEqual(
      referencing.toSorted(),
    );
    expect(first.length).toBeLessThanOrEqual(5);
  },
);
