import { expect, test } from "vitest";
import { SubscriptionIndex } from "./subscription-index.ts";

const holders = Array.from({ length: 100 }, (_, number) => ({ number }));
const held = (index: SubscriptionIndex<object>, id = "a", kind: "id" | "within" = "id"): Set<object> => {
  const seen = new Set<object>();
  index.each(kind, "task", id, (holder) => {
    if (seen.has(holder)) throw new Error("visited twice");
    seen.add(holder);
  });
  return seen;
};

test("one subscriber, a few, many, and back again", () => {
  const index = new SubscriptionIndex<object>();
  for (const [count, holder] of holders.entries()) {
    index.add("id", "task", "a", holder);
    expect(held(index)).toEqual(new Set(holders.slice(0, count + 1)));
  }
  expect(index.size).toBe(100);
  for (const [count, holder] of holders.entries()) {
    index.delete("id", "task", "a", holder);
    expect(held(index)).toEqual(new Set(holders.slice(count + 1)));
  }
  expect(index.size).toBe(0);
});

test("kinds, codes and ids are kept apart", () => {
  const index = new SubscriptionIndex<object>();
  const [one = {}, two = {}] = holders;
  index.add("id", "task", "a", one);
  index.add("within", "task", "a", two);
  index.add("id", "project", "a", two);
  expect(held(index)).toEqual(new Set([one]));
  expect(held(index, "a", "within")).toEqual(new Set([two]));
  expect(held(index, "b")).toEqual(new Set());
});

test("removing an absent subscriber changes nothing", () => {
  const index = new SubscriptionIndex<object>();
  const [one = {}, two = {}, three = {}] = holders;
  index.delete("id", "task", "a", one);
  index.add("id", "task", "a", one);
  index.delete("id", "task", "a", two);
  index.add("id", "task", "a", two);
  index.delete("id", "task", "a", three);
  expect(held(index)).toEqual(new Set([one, two]));
  expect(index.size).toBe(2);
});

test.each([1, 5, 50])("a visit may remove the subscriber it is called with (%i subscribers)", (count) => {
  const index = new SubscriptionIndex<object>();
  for (const holder of holders.slice(0, count)) index.add("id", "task", "a", holder);
  let visits = 0;
  index.each("id", "task", "a", (holder) => {
    visits += 1;
    index.delete("id", "task", "a", holder);
  });
  expect(visits).toBe(count);
  expect(index.size).toBe(0);
});
