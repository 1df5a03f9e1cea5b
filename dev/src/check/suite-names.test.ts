import { repositoryRoot } from "@heliograph/testkit/repository";
import { expect, test } from "vitest";
import { suiteNamesInProduct, tablesNamedIn } from "./suite-names.ts";

test("no file of the product names a table of the suite", () => {
  expect(suiteNamesInProduct(repositoryRoot)).toEqual([]);
});

test.each([
  ["select from @extschema@.task t", ["task"]],
  ["delete from app.person where id = $1", ["person"]],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of a source file
  ["`select 1 from ${schema}.task`", ["task"]],
  ["current_setting('app.person_id')", []],
  ["select from @extschema@.task_queue", []],
  ["a task of the person", []],
])("%j names the tables %j", (text, named) => {
  expect(tablesNamedIn(text, ["person", "task"])).toEqual(named);
});
