import { expect, test } from "vitest";
import { entityKey, splitEntityKey } from "./entity-key.ts";

test.each([
  ["project", "6f1c"],
  ["line", "a:b:c"],
  ["line", ""],
])("the key of %s and %j can be taken apart again", (entityCode, entityId) => {
  expect(splitEntityKey(entityKey(entityCode, entityId))).toEqual({ entityCode, entityId });
});
