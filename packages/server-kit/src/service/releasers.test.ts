import { expect, test } from "vitest";
import { Releasers } from "./releasers.ts";

test("releases in reverse order, tries all, and throws the first error with the name of its resource", async () => {
  const order: string[] = [];
  const releasers = new Releasers();
  releasers.push("pool", () => void order.push("pool"));
  releasers.push("redis", () => {
    order.push("redis");
    throw new Error("gone");
  });
  releasers.push("server", async () => void order.push("server"));
  await expect(releasers.releaseAll()).rejects.toThrow("releasing redis failed");
  expect(order).toEqual(["server", "redis", "pool"]);
  await releasers.releaseAll();
  expect(order).toHaveLength(3);
});
