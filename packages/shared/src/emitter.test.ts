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

test("a listener that is removed during an emit is not called any more, and one that is added is called the next time", () => {
  const emitter = new Emitter<number>();
  const seen: string[] = [];
  emitter.on((value) => {
    seen.push(`first ${value}`);
    if (value === 1) offSecond();
    if (value === 1) emitter.on((later) => void seen.push(`added ${later}`));
  });
  const offSecond = emitter.on((value) => void seen.push(`second ${value}`));
  emitter.emit(1);
  emitter.emit(2);
  expect(seen).toEqual(["first 1", "first 2", "added 2"]);
});
