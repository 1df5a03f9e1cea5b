import { expect, test } from "vitest";
import { ApiError, ConflictError } from "../api/api-error.ts";
import type { Operation, OperationKind } from "../store/operation.ts";
import { attentionOf } from "./attention.ts";
import { type Fate, fateOf, maxUnknownFailures } from "./failure.ts";

const answer = (status: number, code = "some_code") => new ApiError({ status, code, message: "text of the server" });

// Every status that HTTP names and that a server or a proxy may send, and some that it does not name.
const fates: readonly [Fate, readonly number[]][] = [
  ["pause", [0, 408, 425, 429, 502, 503, 504]],
  ["token", [401]],
  [
    "decide",
    [
      400, 402, 403, 404, 405, 406, 407, 409, 410, 411, 412, 413, 414, 415, 416, 417, 418, 421, 422, 423, 424, 426, 428,
      431, 451, 499,
    ],
  ],
  ["unknown", [200, 204, 301, 302, 304, 307, 308, 500, 501, 505, 506, 507, 508, 510, 511, 520, 522, 530, 599]],
];

for (const [fate, statuses] of fates) {
  test.each(statuses)(`a write that is answered %d has the fate "${fate}"`, (status) => {
    expect(fateOf(answer(status))).toBe(fate);
    // A client error without a code of the API comes from a proxy, and says nothing about the write.
    if (fate === "decide") expect(fateOf(answer(status, "unknown"))).toBe("unknown");
    if (fate === "pause" || fate === "token") expect(fateOf(answer(status, "unknown"))).toBe(fate);
  });
}

test("an error of the client itself is unknown", () => {
  expect(fateOf(new TypeError("x is undefined"))).toBe("unknown");
});

test("a row that others keep changing is rebased without a limit", () => {
  const row = { $id: "a", $version: 2, id: "a", version: 2 };
  expect(fateOf(new ConflictError({ status: 409, code: "version_conflict", message: "" }, row))).toBe("rebase");
});

const operation = (op: OperationKind, unknownFailures = 0): Operation => ({
  key: "k",
  seq: 1,
  owner: "",
  entityCode: "task",
  entityId: "a",
  op,
  changes: {},
  base: null,
  baseVersion: 0,
  queuedAt: 0,
  attempts: 1,
  unknownFailures,
  state: "sending",
});

test.each([
  ["update", answer(404, "not_found"), "gone"],
  ["update", answer(404, "unknown"), undefined],
  ["update", answer(404, "unknown_entity"), undefined],
  ["create", answer(404, "not_found"), "rejected"],
  ["update", answer(422, "rule_violation"), "rejected"],
  ["update", answer(503), undefined],
  ["update", answer(500), undefined],
] as const)("%s, %o: attention %s", (op, error, kind) => {
  expect(attentionOf(operation(op), error, 1)?.kind).toBe(kind);
});

test("the application's message is shown, and a write is put aside after the last unknown failure only", () => {
  expect(attentionOf(operation("update"), answer(422, "rule_violation"), 1)?.reason.message).toBe("text of the server");
  expect(attentionOf(operation("update", maxUnknownFailures - 1), answer(500), 1)).toBeUndefined();
  expect(attentionOf(operation("update", maxUnknownFailures), answer(500), 1)).toMatchObject({
    kind: "failed",
    reason: { message: "text of the server" },
  });
  expect(attentionOf(operation("update", maxUnknownFailures), answer(503), 1)).toBeUndefined();
});
