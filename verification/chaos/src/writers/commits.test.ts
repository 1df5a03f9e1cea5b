import { expect, test } from "vitest";
import { Commits } from "./commits.ts";

test("a client is behind since the commit of the first version it lacked", () => {
  const commits = new Commits();
  commits.add("task", [{ id: "a", version: 10 }], 100);
  commits.add("task", [{ id: "a", version: 30 }], 300);
  commits.add("task", [{ id: "a", version: 20 }], 350);
  expect(commits.firstMissed("task/a", 10, 30)).toBe(300);
  expect(commits.firstMissed("task/a", 10, 20)).toBe(350);
  expect(commits.firstMissed("task/a", 30, 30)).toBeUndefined();
  expect([...commits.highest()]).toEqual([{ entityCode: "task", id: "a", version: 30 }]);
  expect(commits.count).toBe(3);
});
