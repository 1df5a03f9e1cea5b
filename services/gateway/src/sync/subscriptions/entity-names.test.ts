import { expect, test } from "vitest";
import type { EntityType } from "../../db/entity-type.ts";
import { column, fixtureType } from "../../rest/testing/fixture-type.ts";
import { createEntityNames } from "./entity-names.ts";

const uuid = "6f1c0000-0000-4000-8000-00000000000a";

/** A registry of types with the containers that their columns name. */
function namesOf(containerCodes: Readonly<Record<string, readonly string[]>>) {
  const types = new Map<string, EntityType>(
    Object.entries(containerCodes).map(([code, codes]) => [
      code,
      fixtureType({ code, container_codes: [...codes], containers: codes.map((one) => `${one}_id`) }),
    ]),
  );
  types.set("account", fixtureType({ code: "account", columns: [column("id", "int")], tenant_column: null }));
  const get = (code: string): EntityType | undefined => types.get(code);
  return createEntityNames({ get, find: async (code) => get(code) });
}

const names = namesOf({ project: [], task: ["project", "project"], comment: ["task", "account"] });

test("[SUB-2] ids of rows and containers are spelled as in the log", () => {
  expect(names.canonicalId("task", uuid.toUpperCase())).toBe(uuid);
  expect(names.canonicalContainer("task", `project/${uuid.toUpperCase()}`)).toEqual({ container: `project/${uuid}` });
  expect(names.canonicalContainer("comment", "account/5")).toEqual({ container: "account/5" });
  // Names no row, and is another text than the id of row 5.
  expect(names.canonicalContainer("comment", "account/005")).toEqual({ container: "account/005" });
});

test("the containers of tenant and person exist for every type", () => {
  for (const code of ["project", "task", "comment"])
    for (const name of ["tenant/t", "person/a/b"])
      expect(names.canonicalContainer(code, name)).toEqual({ container: name });
});

test("a bare id names the only container that the type declares, or the tenant if it declares none", () => {
  expect(names.canonicalContainer("task", uuid.toUpperCase())).toEqual({ container: `project/${uuid}` });
  expect(names.canonicalContainer("task", "a/b")).toEqual({ container: "project/a/b" });
  expect(names.canonicalContainer("project", "t")).toEqual({ container: "tenant/t" });
});

// Fails when it is accepted: the client would wait for signals that never come.
test("a name that no container of the type can have is refused with the names that would do", () => {
  for (const name of ["5", "project/5", "comment/5", "nothing/5", "/5"])
    expect(names.canonicalContainer("comment", name), name).toEqual({
      problem: `${JSON.stringify(name)} names no container of comment; send one of task/<id>, account/<id>, tenant/<id>, person/<id>.`,
    });
});
