import { expect, test } from "vitest";
import { SeededRandom } from "./seeded-random.ts";

const numbers = (random: SeededRandom, count = 5) => Array.from({ length: count }, random.next);

test("the same seed gives the same numbers, another seed others", () => {
  expect(numbers(new SeededRandom(7))).toEqual(numbers(new SeededRandom(7)));
  expect(numbers(new SeededRandom(7))).not.toEqual(numbers(new SeededRandom(8)));
  expect(numbers(SeededRandom.fromText("task"))).toEqual(numbers(SeededRandom.fromText("task")));
  expect(numbers(SeededRandom.fromText("task"))).not.toEqual(numbers(SeededRandom.fromText("team")));
});

test("the sequence is the same on every machine and in every version", () => {
  // Kept seeds stand for schedules that once showed a defect; other numbers would make them schedules of something else.
  const random = new SeededRandom(115);
  const drawn = Array.from({ length: 4 }, () => random.int(0, 1_000_000));
  expect(drawn).toEqual([695_228, 354_799, 724_668, 777_362]);
});

test("choices stay within their bounds", () => {
  const random = new SeededRandom(1);
  const ints = Array.from({ length: 1_000 }, () => random.int(3, 5));
  expect(new Set(ints)).toEqual(new Set([3, 4, 5]));
  expect(random.shuffled([1, 2, 3, 4]).toSorted()).toEqual([1, 2, 3, 4]);
  expect(new Set(random.sample([1, 2, 3, 4], 3)).size).toBe(3);
  expect(random.sample([1, 2], 3)).toHaveLength(2);
  expect(random.weighted({ always: 1, never: 0 })).toBe("always");
  expect(() => random.pick([])).toThrow(RangeError);
});

test("a fork does not depend on how often its parent is used afterwards", () => {
  const [one, other] = [new SeededRandom(1), new SeededRandom(1)];
  const [forkOfOne, forkOfOther] = [one.fork(), other.fork()];
  numbers(one);
  expect(numbers(forkOfOne)).toEqual(numbers(forkOfOther));
});
