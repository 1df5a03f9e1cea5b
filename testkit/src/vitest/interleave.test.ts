import { expect, test } from "vitest";
import { interleaved } from "./interleave.ts";

test("each list is spread evenly over the result, in its own order", () => {
  const evenly = interleaved([
    ["a", "b"],
    ["1", "2", "3", "4"],
  ]);
  expect(evenly).toEqual(["a", "1", "2", "b", "3", "4"]);
  expect(interleaved([[], ["1", "2"]])).toEqual(["1", "2"]);
});
