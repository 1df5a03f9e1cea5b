import { expect, test } from "vitest";
import { entityCodes, entityInfo } from "./catalog.ts";
import { relationsOf } from "./relations.ts";

test.each(entityCodes)(
  "no column that points to a row of type %s is left out, and few lists come with its page",
  (entityCode) => {
    const pointing = entityCodes.flatMap((child) =>
      entityInfo(child)
        .columns.filter(({ name, references }) => references === entityCode && name !== "organization_id")
        .map(({ name }) => `${child}.${name}`),
    );
    const { first, rest } = relationsOf(entityCode);
    expect([...first, ...rest].map((relation) => `${relation.entityCode}.${relation.column.name}`).toSorted()).toEqual(
      pointing.toSorted(),
    );
    expect(first.length).toBeLessThanOrEqual(5);
  },
);
