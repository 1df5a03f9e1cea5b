import type { DownMessage } from "@heliograph/protocol";
import { expect, test } from "vitest";
import { ReceivedVersions } from "./received-versions.ts";

const id = "11111111-1111-4111-8111-111111111111";

function versions(...versions: readonly (readonly ["CREATE" | "UPDATE" | "DELETE", number])[]): ReceivedVersions {
  const made = new ReceivedVersions();
  for (const [action, version] of versions) {
    const payload = { entityCode: "task", changes: [{ entityId: id, action, version }], timestamp: "" };
    made.add({ type: "INVALIDATE", payload } satisfies DownMessage);
  }
  return made;
}

test("a version delivered twice or after a newer one is out of order", () => {
  expect(versions(["UPDATE", 1], ["UPDATE", 2]).disorder()).toEqual([]);
  expect(versions(["UPDATE", 1], ["UPDATE", 1]).disorder()).toEqual([`task/${id}: 1, 1`]);
  expect(versions(["UPDATE", 2], ["UPDATE", 1]).disorder()).toHaveLength(1);
});

test("a deleted row is not current; a row created again is", () => {
  const deleted = versions(["UPDATE", 1], ["DELETE", 2]);
  expect(deleted.current()).toEqual(new Map());
  expect(deleted.version("task", id)).toBe(2);
  expect(versions(["DELETE", 2], ["CREATE", 3]).current()).toEqual(new Map([[`task/${id}`, 3]]));
});
