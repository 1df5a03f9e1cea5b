import { expect, test } from "vitest";
import { heldPositions, holderCount, nthChange } from "./row-assignment.ts";

test.each([
  [10, 3, [7]],
  [7, 4, [5, 9]],
  [3, 20, [6]],
  [100, 10, [40, 40, 41]],
  [2, 3, [50, 50, 50]],
  [5, 1, [1]],
])(
  "with %i sockets of %i rows each, the computed number of holders of a row is the counted one",
  (sockets, perSocket, sizes) => {
    const tenants: { from: number; to: number }[] = [];
    for (const size of sizes) {
      const from = tenants.at(-1)?.to ?? 0;
      tenants.push({ from, to: from + size });
    }
    const counted = new Map<number, number>();
    for (let index = 0; index < sockets; index++) {
      const held = heldPositions(index, perSocket, tenants);
      expect(new Set(held).size).toBe(held.length);
      for (const position of held) counted.set(position, (counted.get(position) ?? 0) + 1);
    }
    for (let position = 0; position < (tenants.at(-1)?.to ?? 0); position++)
      expect([position, holderCount(position, { sockets, perSocket, tenants })]).toEqual([
        position,
        counted.get(position) ?? 0,
      ]);
  },
);

test("changes go round the rows, so changes of one row are far apart", () => {
  expect([0, 1, 2, 3, 7].map((n) => nthChange(n, 3))).toEqual([
    { position: 0, count: 1 },
    { position: 1, count: 1 },
    { position: 2, count: 1 },
    { position: 0, count: 2 },
    { position: 1, count: 3 },
  ]);
});
