import { expect, test } from "vitest";
import { Emitter } from "./emitter.ts";

test("a listener added twice is called twice and removed one at a time", () => {
  const emitter = new Emitter<number>();
  const seen: number[] = [];
  const listener = (value: number) => void seen.push(value);
  const off = emitter.on(listener);
  emitter.on(listener);
  emitter.emit(1);
  off();
  emitter.emit(2);
  expect(seen).toEqual([1, 1, 2]);
  expect(emitter.size).toBe(1);
});
