import { expect, test } from "vitest";
import { containerName, personContainer, splitContainer, tenantContainer } from "./container.ts";

test("a container is named by entity code and id, whatever the id contains", () => {
  for (const id of ["5", "a/b", "/", "", "é,%", '["1","2"]'])
    expect(splitContainer(containerName("project", id))).toEqual({ entityCode: "project", entityId: id });
  expect(tenantContainer("t")).toBe("tenant/t");
  expect(personContainer("p")).toBe("person/p");
});

test("a bare id names no container", () => {
  for (const text of ["", "5", "/5"]) expect(splitContainer(text)).toBeUndefined();
});
